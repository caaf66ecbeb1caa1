package api

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/holterd/holter/internal/console/web"
	"github.com/holterd/holter/internal/console/wire"
	"github.com/holterd/holter/internal/influx"
	"github.com/holterd/holter/pkg/localize"
)

const (
	pageEvents = 200
	mostEvents = 1000
)

// eventPage is the answer of /events.
type eventPage struct {
	Events []wire.Event `json:"events"`
	Next   string       `json:"next"`
}

func (a *api) events(w http.ResponseWriter, r *http.Request) error {
	patient, err := patientOf(r)
	if err != nil {
		return err
	}
	p := influx.Page{Patient: patient, Kinds: list(r, "kind")}
	if p.Since, p.Until, err = period(r, time.Unix(0, 0).UTC(), a.Now().Add(24*time.Hour), 0); err != nil {
		return err
	}
	if p.Limit, err = number(r, "limit", pageEvents, 1, mostEvents); err != nil {
		return err
	}
	verdict, err := oneOf(r, "review", "any", "open", "confirmed", "rejected", "relabelled")
	if err != nil {
		return err
	}
	if p.After, err = parseCursor(r.URL.Query().Get("after")); err != nil {
		return err
	}
	reviews, err := a.Store.QueryReviews(r.Context(), patient, p.Since, p.Until)
	if err != nil {
		return err
	}
	newest := influx.Newest(reviews)
	places, err := a.find(r.Context(), p, verdict, newest)
	if err != nil {
		return err
	}
	answer := eventPage{Events: []wire.Event{}}
	if len(places) > p.Limit {
		places = places[:p.Limit]
		answer.Next = cursor(places[p.Limit-1])
	}
	events, err := a.Store.EventsAt(r.Context(), patient, places)
	if err != nil {
		return err
	}
	patterns, err := a.patterns(r.Context(), events)
	if err != nil {
		return err
	}
	for _, e := range events {
		answer.Events = append(answer.Events, wire.NewEvent(e, newest[e.ID]).WithPattern(patterns[e.ID]))
	}
	return web.JSON(w, http.StatusOK, answer)
}

// find gives the places of a page's events, and of one more if there is one.
func (a *api) find(ctx context.Context, p influx.Page, verdict string, newest map[string]influx.Review) ([]influx.Place, error) {
	p.Limit++
	switch verdict {
	case "any":
		return a.Store.QueryPlaces(ctx, p)
	case "open":
		return a.unreviewed(ctx, p, newest)
	}
	var found []influx.Place
	for _, r := range newest {
		place := r.Place()
		if string(r.Verdict) == verdict && (len(p.Kinds) == 0 || slices.Contains(p.Kinds, r.Was)) &&
			(p.After.ID == "" || p.After.Compare(place) < 0) {
			found = append(found, place)
		}
	}
	slices.SortFunc(found, influx.Place.Compare)
	return found[:min(len(found), p.Limit)], nil
}

func (a *api) unreviewed(ctx context.Context, p influx.Page, newest map[string]influx.Review) (found []influx.Place, err error) {
	for len(found) < p.Limit {
		some, err := a.Store.QueryPlaces(ctx, p)
		if err != nil {
			return nil, err
		}
		for _, place := range some {
			if _, reviewed := newest[place.ID]; !reviewed && len(found) < p.Limit {
				found = append(found, place)
			}
		}
		if len(some) < p.Limit {
			break
		}
		p.After = some[len(some)-1]
	}
	return found, nil
}

// cursor names the last event of a page.
func cursor(p influx.Place) string { return fmt.Sprintf("%d-%s", p.Time.UnixNano(), p.ID) }

func parseCursor(text string) (p influx.Place, err error) {
	if text == "" {
		return p, nil
	}
	at, id, ok := strings.Cut(text, "-")
	ns, err := strconv.ParseInt(at, 10, 64)
	if !ok || err != nil || id == "" {
		return p, web.Wrong("give the next of the page before, or nothing", "after: %q is not a cursor", text)
	}
	return influx.Place{ID: id, Time: time.Unix(0, ns).UTC()}, nil
}

func (a *api) event(w http.ResponseWriter, r *http.Request) error {
	e, err := a.eventOf(r)
	if err != nil {
		return err
	}
	answer, err := a.whole(r.Context(), e)
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, answer)
}

// eventOf is the event in the path.
func (a *api) eventOf(r *http.Request) (localize.Event, error) {
	patient, err := patientOf(r)
	if err != nil {
		return localize.Event{}, err
	}
	id := r.PathValue("id")
	place, ok, err := a.Store.FindPlace(r.Context(), patient, id)
	if err != nil {
		return localize.Event{}, err
	}
	if ok {
		found, err := a.Store.EventsAt(r.Context(), patient, []influx.Place{place})
		if err != nil || len(found) > 0 {
			return slices.Concat(found, []localize.Event{{}})[0], err
		}
	}
	return localize.Event{}, web.NotFound("see the patient's events; one that is new may not be stored yet", "patient %s has no event %q", patient, id)
}

// whole is an event with the times of its beats and its reviews.
func (a *api) whole(ctx context.Context, e localize.Event) (wire.Event, error) {
	f := influx.Filter{Patient: e.Patient, Kinds: []string{e.Kind}, Since: e.Start.Add(-time.Second), Until: e.End.Add(time.Second)}
	around, err := a.Store.BeatsWithin(ctx, []influx.Filter{f})
	if err != nil {
		return wire.Event{}, err
	}
	var beats []time.Time
	for _, b := range around {
		if b.Event == e.ID {
			beats = append(beats, b.Time)
		}
	}
	reviews, err := a.Store.QueryReviews(ctx, e.Patient, e.Start, e.Start.Add(time.Millisecond))
	if err != nil {
		return wire.Event{}, err
	}
	patterns, err := a.patterns(ctx, []localize.Event{e})
	if err != nil {
		return wire.Event{}, err
	}
	answer := wire.NewEvent(e, influx.Newest(reviews)[e.ID]).WithBeats(beats).WithPattern(patterns[e.ID])
	answer.Reviews = []wire.Review{}
	for _, r := range reviews {
		if r.Event == e.ID {
			answer.Reviews = append(answer.Reviews, wire.NewReview(r))
		}
	}
	return answer, nil
}
