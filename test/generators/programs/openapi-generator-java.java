package check;

import java.util.List;
import org.openapitools.client.ApiClient;
import org.openapitools.client.api.*;
import org.openapitools.client.auth.HttpBearerAuth;
import org.openapitools.client.model.*;

public class RoundTrip {
  public static void main(String[] arguments) throws Exception {
    ApiClient client = new ApiClient();
    client.setBasePath(System.getenv("PROSPECTS_URL"));
    // client.setBearerToken would set the operator's token: the document has two schemes
    HttpBearerAuth auth = (HttpBearerAuth) client.getAuthentication("bearerKey");
    auth.setBearerToken(System.getenv("PROSPECTS_KEY"));
    ProspectsApi api = new ProspectsApi(client);

    check(new AccountApi(client).getMe(null).getAccount().getCreatedAt() > 1_600_000_000_000L, "me");
    CreateProspectRequest body = new CreateProspectRequest().firstName("Ann").lastName("Lee").labels(List.of("Hot"));
    String id = api.createProspect(body, null).getProspectWritten().getId();
    check(list(api).get(0).getId().equals(id), "list");
    UpdateProspectRequest change = new UpdateProspectRequest().city("New York");
    check("New York".equals(api.updateProspect(id, null, change).getCity()), "update");
    api.eraseProspect(id, null, null, null);
    check(list(api).isEmpty(), "delete");
  }

  private static List<Prospect> list(ProspectsApi api) throws Exception {
    return api.listProspects(null, null, null, null, null, null, List.of("Hot"), null, null, null, null, null, null,
        null, null, null, null, null).getProspects();
  }

  private static void check(boolean ok, String step) {
    if (!ok) throw new IllegalStateException(step);
  }
}
