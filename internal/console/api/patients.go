package api

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/holterd/holter/internal/console/live"
	"github.com/holterd/holter/internal/console/web"
	"github.com/holterd/holter/internal/console/wire"
)

type kindList struct {
	Kinds []wire.Kind `json:"kinds"`
}

var wireKinds = wire.Kinds()

func (a *api) patients(w http.ResponseWriter, _ *http.Request) error {
	return web.JSON(w, http.StatusOK, live.List{Patients: a.Live.Patients(a.Now())})
}

func (a *api) patient(w http.ResponseWriter, r *http.Request) error {
	id, err := patientOf(r)
	if err != nil {
		return err
	}
	p, ok := a.Live.Patient(id, a.Now())
	if !ok {
		return web.NotFound("see GET /v1/patients for who there is", "nothing is known of a patient %q", id)
	}
	return web.JSON(w, http.StatusOK, p)
}

// liveList sends the list, and again whenever it has changed.
func (a *api) liveList(w http.ResponseWriter, r *http.Request) error {
	viewer, done, err := a.Live.Look("")
	if err != nil {
		return err
	}
	defer done()
	now, err := json.Marshal(live.List{Patients: a.Live.Patients(a.Now())})
	if err != nil {
		return fmt.Errorf("write the list: %w", err)
	}
	web.ServeEvents(a.Stopping, w, r, viewer.Events(), viewer.Why, web.Event{Name: "patients", Data: now})
	return nil
}

func (a *api) livePatient(w http.ResponseWriter, r *http.Request) error {
	id, err := patientOf(r)
	if err != nil {
		return err
	}
	viewer, done, err := a.Live.Look(id)
	if err != nil {
		return err
	}
	defer done()
	web.ServeEvents(a.Stopping, w, r, viewer.Events(), viewer.Why)
	return nil
}
