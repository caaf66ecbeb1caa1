package api

import (
	"net/http"

	"github.com/holterd/holter/internal/console/web"
	"github.com/holterd/holter/internal/influx"
)

// decision is the body of a review.
type decision struct {
	Verdict string `json:"verdict"`
	Kind    string `json:"kind"`
	By      string `json:"by"`
	Note    string `json:"note"`
}

func (a *api) review(w http.ResponseWriter, r *http.Request) error {
	var body decision
	if err := web.Decode(r, &body); err != nil {
		return err
	}
	e, err := a.eventOf(r)
	if err != nil {
		return err
	}
	review := influx.NewReview(e, body.By, a.Now())
	review.Verdict, review.Kind, review.Note = influx.Verdict(body.Verdict), body.Kind, body.Note
	if err := review.Check(); err != nil {
		return web.Wrong("correct it: verdict is confirmed, rejected or relabelled (with the kind that it is instead), by is your name", "review: %v", err)
	}
	if err := a.Store.WriteReview(r.Context(), review); err != nil {
		return err
	}
	answer, err := a.whole(r.Context(), e)
	if err != nil {
		return err
	}
	if err := a.Live.Show(answer); err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, answer)
}
