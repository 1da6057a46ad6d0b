import os

import openapi_client as client

configuration = client.Configuration(host=os.environ["PROSPECTS_URL"], access_token=os.environ["PROSPECTS_KEY"])
api_client = client.ApiClient(configuration)
api = client.ProspectsApi(api_client)

assert client.AccountApi(api_client).get_me().account.created_at > 1_600_000_000_000
body = client.CreateProspectRequest(firstName="Ann", lastName="Lee", labels=["Hot"])
ann = api.create_prospect(body).actual_instance
assert api.list_prospects(label=["Hot"]).prospects[0].id == ann.id
change = client.UpdateProspectRequest(city="New York")
assert api.update_prospect(ann.id, update_prospect_request=change).city == "New York"
api.erase_prospect(ann.id)
assert api.list_prospects(label=["Hot"]).prospects == []
