package main

import (
	"context"
	"log"
	"net/http"
	"os"

	"check/prospects"
)

func check(ok bool, err error, step string) {
	if err != nil || !ok {
		log.Fatalln(step, err)
	}
}

func main() {
	ctx := context.Background()
	withKey := func(_ context.Context, request *http.Request) error {
		request.Header.Set("Authorization", "Bearer "+os.Getenv("PROSPECTS_KEY"))
		return nil
	}
	api, err := prospects.NewClientWithResponses(os.Getenv("PROSPECTS_URL"), prospects.WithRequestEditorFn(withKey))
	check(err == nil, err, "client")

	me, err := api.GetMeWithResponse(ctx, nil)
	check(err == nil && me.JSON200.Account.CreatedAt > 1_600_000_000_000, err, "me")
	labels, city := []string{"Hot"}, "New York"
	body := prospects.CreateProspectJSONRequestBody{FirstName: "Ann", LastName: "Lee", Labels: &labels}
	created, err := api.CreateProspectWithResponse(ctx, nil, body)
	check(err == nil && created.JSON201 != nil, err, "create")
	ann, err := created.JSON201.AsProspectWritten()
	check(err == nil, err, "create")
	hot := &prospects.ListProspectsParams{Label: &labels}
	page, err := api.ListProspectsWithResponse(ctx, hot)
	check(err == nil && page.JSON200.Prospects[0].Id == ann.Id, err, "list")
	change := prospects.UpdateProspectJSONRequestBody{City: &city}
	updated, err := api.UpdateProspectWithResponse(ctx, ann.Id, nil, change)
	check(err == nil && updated.JSON200 != nil && *updated.JSON200.City == city, err, "update")
	erased, err := api.EraseProspectWithResponse(ctx, ann.Id, nil)
	check(err == nil && erased.StatusCode() == http.StatusNoContent, err, "delete")
	page, err = api.ListProspectsWithResponse(ctx, hot)
	check(err == nil && len(page.JSON200.Prospects) == 0, err, "list after delete")
}
