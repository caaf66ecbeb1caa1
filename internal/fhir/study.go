package fhir

import (
	"cmp"
	"io"
	"maps"
	"slices"
	"time"

	r4 "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/holterd/holter/internal/archive"
	"github.com/holterd/holter/internal/influx"
	"github.com/holterd/holter/pkg/localize"
)

// PatientSystem is the system of patient identifiers that Holter gives itself.
const PatientSystem = "https://github.com/holterd/holter/patient"

// Show says which findings and strips are written.
type Show int

// What is shown.
const (
	// ShowKey is of each kind the longest and the surest finding, and every one
	// that a clinician has decided about, with their strips.
	ShowKey Show = iota
	// ShowEvents is every finding with its strip.
	ShowEvents
	// ShowAll is every finding, and the whole signal.
	ShowAll
)

// Study is a period of one patient.
type Study struct {
	Patient string
	// PatientSystem is the name space of Patient, a URI.
	PatientSystem string
	From, To      time.Time
	// Made is when the bundle is made.
	Made      time.Time
	Stretches []*archive.Stretch // in order of time
	Events    []localize.Event   // by start
	// Reviews are the newest decisions about events, by event.
	Reviews map[string]influx.Review
	Show    Show
}

// urn identifies something of the patient.
func (s *Study) urn(words ...string) string {
	return urn(append([]string{s.PatientSystem, s.Patient}, words...)...)
}

// Write writes the bundle. Progress is told how many strips are written
// of how many; its error ends it.
func (s *Study) Write(w io.Writer, progress func(done, of int) error) error {
	patient := s.urn("patient")
	b := newBundle(w, r4.Bundle{Type: r4.BundleTypeTransaction, Timestamp: new(instant(s.Made))})
	b.create("Patient", patient, s.PatientSystem, s.Patient, s.patient())
	findings := s.findings()
	strips, shown := s.strips(findings)
	s.devices(b, findings)
	var results []r4.Reference
	for i, strip := range strips {
		urn := s.stripURN(strip)
		o, err := strip.observation(urn, patient, s.urn("device", strip.of.Device))
		if err != nil {
			return err
		}
		b.put("Observation", urn, o)
		results = append(results, *reference(urn))
		if err := cmp.Or(b.err, progress(i+1, len(strips))); err != nil {
			return err
		}
	}
	for i, e := range findings {
		urn, strip := s.findingURN(e), ""
		if shown[i] >= 0 {
			strip = s.stripURN(strips[shown[i]])
		}
		b.put("Observation", urn, s.finding(e, strip))
		results = append(results, *reference(urn))
	}
	s.report(b, results)
	return b.close()
}

func (s *Study) stripURN(t strip) string {
	return s.urn("strip", t.of.Device, t.of.Recording, instant(t.start()), instant(t.end()))
}

// devices writes those that measured something and those that found something.
func (s *Study) devices(b *bundle, findings []localize.Event) {
	wearables, models := make(map[string]bool), make(map[string]bool)
	for _, stretch := range s.Stretches {
		wearables[stretch.Device] = true
	}
	for _, e := range findings {
		if e.Model != "" {
			models[e.Model] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(wearables)) {
		urn := s.urn("device", name)
		b.put("Device", urn, s.wearable(name, urn))
	}
	for _, name := range slices.Sorted(maps.Keys(models)) {
		urn := s.urn("model", name)
		b.put("Device", urn, model(name, urn))
	}
}

// findings are the events that are written.
func (s *Study) findings() []localize.Event {
	if s.Show != ShowKey {
		return s.Events
	}
	keep := make(map[string]bool)
	longest, surest := make(map[string]localize.Event), make(map[string]localize.Event)
	for _, e := range s.Events {
		r, reviewed := s.Reviews[e.ID]
		if reviewed {
			keep[e.ID] = true
		}
		if reviewed && r.KindOf(e) != e.Kind {
			continue
		}
		if best, ok := longest[e.Kind]; !ok || e.End.Sub(e.Start) > best.End.Sub(best.Start) {
			longest[e.Kind] = e
		}
		if best, ok := surest[e.Kind]; !ok || e.Confidence > best.Confidence {
			surest[e.Kind] = e
		}
	}
	for _, best := range []map[string]localize.Event{longest, surest} {
		for _, e := range best {
			keep[e.ID] = true
		}
	}
	var all []localize.Event
	for _, e := range s.Events {
		if keep[e.ID] {
			all = append(all, e)
		}
	}
	return all
}

// strips are what is shown of the signal, and for each finding which of them
// shows its beginning, -1 where none does. Findings close together share one.
func (s *Study) strips(findings []localize.Event) (all []strip, shown []int) {
	at := make(map[*archive.Stretch]int) // of the first piece, or the newest strip
	if s.Show == ShowAll {
		for _, of := range s.Stretches {
			at[of] = len(all)
			all = append(all, pieces(of)...)
		}
	}
	for _, e := range findings {
		of := s.stretchOf(e)
		if of == nil {
			shown = append(shown, -1)
			continue
		}
		i, known := at[of]
		if s.Show == ShowAll {
			i += min(max(of.SampleAt(e.Start), 0), of.Len()-1) / pieceSamples(of)
		} else if !known || !all[i].shows(e.Start, e.End) {
			i = len(all)
			at[of], all = i, append(all, around(of, e.Start, e.End))
		}
		shown = append(shown, i)
	}
	return all, shown
}

// stretchOf is the signal where an event begins, or goes on after a gap.
func (s *Study) stretchOf(e localize.Event) *archive.Stretch {
	i := slices.IndexFunc(s.Stretches, func(of *archive.Stretch) bool {
		return of.Device == e.Device && of.Recording == e.Recording && of.End().After(e.Start) && of.Start().Before(e.End)
	})
	if i < 0 {
		return nil
	}
	return s.Stretches[i]
}
