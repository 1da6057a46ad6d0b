// Loaded first into every program that `npm run dev` starts.
import tls from 'node:tls'

// When `npm run dev` ends, kill the whole process group: workerd would outlive a wrangler that is killed.
process.on('disconnect', () => process.kill(-process.pid, 'SIGKILL'))
process.channel?.unref()

// wrangler asks npm for a newer version when it warns or fails, and no setting turns that off.
tls.connect = () => {
  throw new Error('Nothing leaves the machine in local development.')
}
