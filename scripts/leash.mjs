// Loaded first into every program that `npm run dev` starts.
import tls from 'node:tls'

// When we are gone, so is it, with all that it started: workerd would outlive a wrangler that is killed.
process.on('disconnect', () => process.kill(-process.pid, 'SIGKILL'))
process.channel?.unref()

// wrangler asks npm for a newer version of itself when it warns or fails, and no setting stops it.
tls.connect = () => {
  throw new Error('Nothing leaves the machine in local development.')
}
