import os

from prospects_api_client import AuthenticatedClient
from prospects_api_client.api.account import get_me
from prospects_api_client.api.prospects import create_prospect, erase_prospect, list_prospects, update_prospect
from prospects_api_client.models import CreateProspectBody, UpdateProspectBody

client = AuthenticatedClient(base_url=os.environ["PROSPECTS_URL"], token=os.environ["PROSPECTS_KEY"])

assert get_me.sync(client=client).account.created_at > 1_600_000_000_000
body = CreateProspectBody(first_name="Ann", last_name="Lee", labels=["Hot"])
ann = create_prospect.sync(client=client, body=body)
assert list_prospects.sync(client=client, label=["Hot"]).prospects[0].id == ann.id
change = UpdateProspectBody(city="New York")
assert update_prospect.sync(ann.id, client=client, body=change).city == "New York"
assert erase_prospect.sync_detailed(ann.id, client=client).status_code == 204
assert list_prospects.sync(client=client, label=["Hot"]).prospects == []
