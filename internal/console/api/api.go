// Package api answers the console's HTTP requests under /v1: see
// schemas/openapi.yaml. It reads events and reviews from InfluxDB, signal from the
// archive and how things stand from package live, and sends decisions about
// alerts through Kafka.
package api

import (
	"context"
	"net/http"
	"time"

	"github.com/klauspost/compress/gzhttp"
	"github.com/rs/zerolog"

	"github.com/holterd/holter/internal/archive"
	"github.com/holterd/holter/internal/console/live"
	"github.com/holterd/holter/internal/console/web"
	"github.com/holterd/holter/internal/exchange"
	"github.com/holterd/holter/internal/influx"
	"github.com/holterd/holter/internal/summary"
	"github.com/holterd/holter/pkg/localize"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// Store is what is known of the past: an influx.Store.
type Store interface {
	exchange.Store
	summary.Store
	QueryPlaces(ctx context.Context, p influx.Page) ([]influx.Place, error)
	FindPlace(ctx context.Context, patient, id string) (influx.Place, bool, error)
	EventsAt(ctx context.Context, patient string, places []influx.Place) ([]localize.Event, error)
	EventsWithin(ctx context.Context, filters []influx.Filter) ([]localize.Event, error)
	CountBeats(ctx context.Context, patient string, kinds []string, from, to time.Time, bin time.Duration) (map[string]map[time.Time]int, error)
	CountEvents(ctx context.Context, patient string, from, to time.Time) (map[string]int, error)
	BeatsWithin(ctx context.Context, filters []influx.Filter) ([]influx.Beat, error)
	SumWindows(ctx context.Context, patient string, from, to time.Time, bin time.Duration) (map[time.Time]influx.Analysed, error)
	WriteReview(ctx context.Context, r influx.Review) error
}

// Signal is the archive.
type Signal interface {
	Read(patient string, from, to time.Time) ([]*archive.Stretch, error)
	Coverage(patient string, from, to time.Time) (archive.Coverage, error)
	Presses(patient string, from, to time.Time) ([]archive.Press, error)
}

// Desk takes decisions about alerts: a desk.Desk.
type Desk interface {
	Send(ctx context.Context, c *holterv1.AlertCommand) error
}

// Options are what the API rests on.
type Options struct {
	Live    *live.Live
	Store   Store
	Archive Signal
	Desk    Desk
	// Questions and Report answer what is theirs, with the patient in the path's
	// {p}.
	Questions, Report http.Handler
	Now               func() time.Time
	Log               zerolog.Logger
	// Stopping ends the streams of events.
	Stopping context.Context
}

type api struct{ Options }

// New returns the handler of everything under /v1.
func New(o Options) http.Handler {
	a := &api{o}
	mux := http.NewServeMux()
	for pattern, h := range map[string]web.Handler{
		"GET /v1/patients":                           a.patients,
		"GET /v1/patients/{p}":                       a.patient,
		"GET /v1/patients/{p}/day":                   a.day,
		"GET /v1/patients/{p}/events":                a.events,
		"GET /v1/patients/{p}/events/{id}":           a.event,
		"POST /v1/patients/{p}/events/{id}/review":   a.review,
		"GET /v1/patients/{p}/signal":                a.signal,
		"GET /v1/alerts":                             a.alerts,
		"POST /v1/patients/{p}/alerts/{id}/{action}": a.decide,
		"GET /v1/kinds":                              a.kinds,
		"/v1/": func(_ http.ResponseWriter, r *http.Request) error {
			return web.NotFound("see schemas/openapi.yaml for what there is", "there is no %s %s", r.Method, r.URL.Path)
		},
	} {
		mux.Handle(pattern, gzhttp.GzipHandler(h))
	}
	mux.Handle("GET /v1/live", web.Handler(a.liveList))
	mux.Handle("GET /v1/patients/{p}/live", web.Handler(a.livePatient))
	mux.Handle("GET /v1/patients/{p}/export", web.Streaming(web.Handler(a.export)))
	mux.Handle("GET /v1/patients/{p}/report", web.Streaming(o.Report))
	mux.Handle("POST /v1/patients/{p}/questions", web.Streaming(o.Questions))
	return mux
}

func (a *api) kinds(w http.ResponseWriter, _ *http.Request) error {
	return web.JSON(w, http.StatusOK, kindList{wireKinds})
}
