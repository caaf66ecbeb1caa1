package influx

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/holterd/holter/pkg/localize"
)

// Place is where an event is stored.
type Place struct {
	ID, Device, Kind string
	// Time is that of its point: the start, and less than a millisecond.
	Time time.Time
}

// Compare is the order of pages: the newest first.
func (p Place) Compare(q Place) int {
	return cmp.Or(q.Time.Compare(p.Time), cmp.Compare(q.ID, p.ID))
}

// Page selects events, the newest first.
type Page struct {
	Patient string
	Kinds   []string // none: all
	// Since and Until bound the events' starts: since <= start < until.
	Since, Until time.Time
	// After is the place of the last event of the page before; zero: the first page.
	After Place
	Limit int
}

// steps are how far before its end a page is looked for at first, and then: on
// a busy day the first holds many pages.
var steps = []time.Duration{6 * time.Hour, 24 * time.Hour, 7 * 24 * time.Hour, 31 * 24 * time.Hour}

// QueryPlaces gives the places of the page's events. Fewer than Limit means that
// there are no more.
func (s *Store) QueryPlaces(ctx context.Context, p Page) ([]Place, error) {
	since, until := minTime, maxTime
	if !p.Since.IsZero() {
		since = nextMillisecond(p.Since)
	}
	if !p.Until.IsZero() {
		until = nextMillisecond(p.Until)
	}
	if p.After.ID != "" && p.After.Time.Before(until) {
		until = p.After.Time.Add(1) // another may have the same time
	}
	var found []Place
	for i := 0; since.Before(until) && len(found) < p.Limit; i++ {
		from := since
		if i < len(steps) && until.Sub(since) > steps[i] {
			from = until.Add(-steps[i])
		}
		some, err := s.places(ctx, sought{patient: p.Patient, kinds: p.Kinds, from: from, until: until, limit: p.Limit - len(found) + 1})
		if err != nil {
			return nil, err
		}
		for _, place := range some {
			if (p.After.ID == "" || p.After.Compare(place) < 0) && len(found) < p.Limit {
				found = append(found, place)
			}
		}
		until = from
	}
	return found, nil
}

// FindPlace finds an event by its id; false when the patient has none of that id.
func (s *Store) FindPlace(ctx context.Context, patient, id string) (Place, bool, error) {
	found, err := s.places(ctx, sought{patient: patient, ids: []string{id}, from: minTime, until: maxTime, limit: 1})
	if err != nil || len(found) == 0 {
		return Place{}, false, err
	}
	return found[0], true, nil
}

// Place is where the reviewed event is stored; its device is not known.
func (r Review) Place() Place {
	return Place{ID: r.Event, Kind: r.Was, Time: pointTime(r.EventStart, r.Event)}
}

// EventsAt reads the events of places, in their order. One that is not there
// any more is left out.
func (s *Store) EventsAt(ctx context.Context, patient string, places []Place) ([]localize.Event, error) {
	if len(places) == 0 {
		return nil, nil
	}
	runs, err := s.together(ctx, patient, places)
	if err != nil {
		return nil, err
	}
	filters := make([]Filter, len(runs))
	for i, run := range runs {
		filters[i] = Filter{
			Patient: patient, Kinds: kindsOf(run),
			Since: startOf(run[len(run)-1].Time), Until: startOf(run[0].Time).Add(time.Millisecond),
		}
	}
	found, err := s.EventsWithin(ctx, filters)
	if err != nil {
		return nil, err
	}
	order := make(map[string]int, len(places))
	for i, p := range places {
		order[p.ID] = i
	}
	var all []localize.Event
	for _, e := range found {
		if _, wanted := order[e.ID]; wanted {
			all = append(all, e)
		}
	}
	slices.SortFunc(all, func(x, y localize.Event) int { return cmp.Compare(order[x.ID], order[y.ID]) })
	return all, nil
}

// EventsWithin gives the events that the filters, which have a patient, kinds or
// none, and bounds, select, in no order. One that several select comes as often.
func (s *Store) EventsWithin(ctx context.Context, filters []Filter) ([]localize.Event, error) {
	records, err := s.selected(ctx, measurementEvent, filters)
	if err != nil {
		return nil, err
	}
	events := make([]localize.Event, len(records))
	for i, r := range records {
		events[i] = event(r)
	}
	return events, nil
}

// worth is how many more events are read sooner than another question is asked.
const worth = 20

// together cuts places, the newest first, where many other events lie between
// them.
func (s *Store) together(ctx context.Context, patient string, places []Place) ([][]Place, error) {
	first, last := places[len(places)-1].Time, places[0].Time
	counts, err := s.CountEvents(ctx, patient, startOf(first), last.Add(time.Millisecond))
	if err != nil {
		return nil, err
	}
	total := 0
	for kind, n := range counts {
		if kinds := kindsOf(places); len(kinds) == 0 || slices.Contains(kinds, kind) {
			total += n
		}
	}
	near := worth * last.Sub(first) / time.Duration(max(total, 1))
	var runs [][]Place
	for i, p := range places {
		if i == 0 || places[i-1].Time.Sub(p.Time) > near {
			runs = append(runs, nil)
		}
		end := len(runs) - 1
		runs[end] = append(runs[end], p)
	}
	return runs, nil
}

// kindsOf are the kinds of places, none when one is not known.
func kindsOf(places []Place) (kinds []string) {
	for _, p := range places {
		if p.Kind == "" {
			return nil
		}
		kinds = append(kinds, p.Kind)
	}
	slices.Sort(kinds)
	return slices.Compact(kinds)
}
