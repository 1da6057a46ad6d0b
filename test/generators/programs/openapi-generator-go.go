package main

import (
	"context"
	"log"
	"os"

	prospects "github.com/example/prospects"
)

func check(ok bool, err error, step string) {
	if err != nil || !ok {
		log.Fatalln(step, err)
	}
}

func main() {
	configuration := prospects.NewConfiguration()
	configuration.Servers = prospects.ServerConfigurations{{URL: os.Getenv("PROSPECTS_URL")}}
	ctx := context.WithValue(context.Background(), prospects.ContextAccessToken, os.Getenv("PROSPECTS_KEY"))
	client := prospects.NewAPIClient(configuration)
	api := client.ProspectsAPI

	me, _, err := client.AccountAPI.GetMe(ctx).Execute()
	check(err == nil && me.Account.CreatedAt > 1_600_000_000_000, err, "me")
	body := prospects.NewCreateProspectRequest("Ann", "Lee")
	body.Labels = []string{"Hot"}
	created, _, err := api.CreateProspect(ctx).CreateProspectRequest(*body).Execute()
	check(err == nil, err, "create")
	id := created.ProspectWritten.Id
	page, _, err := api.ListProspects(ctx).Label([]string{"Hot"}).Execute()
	check(err == nil && page.Prospects[0].Id == id, err, "list")
	change := prospects.NewUpdateProspectRequest()
	change.SetCity("New York")
	updated, _, err := api.UpdateProspect(ctx, id).UpdateProspectRequest(*change).Execute()
	check(err == nil && updated.GetCity() == "New York", err, "update")
	_, err = api.EraseProspect(ctx, id).Execute()
	check(err == nil, err, "delete")
	page, _, err = api.ListProspects(ctx).Label([]string{"Hot"}).Execute()
	check(err == nil && len(page.Prospects) == 0, err, "list after delete")
}
