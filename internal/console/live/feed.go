package live

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/console/web"
	"github.com/holterd/holter/internal/console/wire"
	"github.com/holterd/holter/internal/kafka"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// feed is a topic and what is made of its messages.
type feed struct {
	topic string
	since func(now time.Time) time.Time // nil: from now on
	take  func(l *Live, m kafka.Message) error
}

// statusFor is how far back status is read at a start before anybody is answered;
// see back.go for what is older.
const statusFor = 24 * time.Hour

func oldest(time.Time) time.Time { return kafka.Oldest }

// followed are always, shown while somebody looks.
var (
	followed = []feed{
		{kafka.TopicStatus, func(now time.Time) time.Time { return now.Add(-statusFor) }, (*Live).takeStatus},
		{kafka.TopicProgress, oldest, (*Live).takeProgress},
		{kafka.TopicWindows, func(now time.Time) time.Time { return now.Add(-windowsFor) }, (*Live).takeWindow},
		{kafka.TopicAlerts, oldest, (*Live).takeAlert},
	}
	shown = []feed{
		{kafka.TopicSamples, nil, (*Live).takeSamples},
		{kafka.TopicEvents, nil, (*Live).takeEvent},
	}
)

func (l *Live) takeStatus(m kafka.Message) error {
	var signal holterv1.DeviceSignal
	if err := proto.Unmarshal(m.Value, &signal); err != nil {
		return err
	}
	if s := signal.GetStatus(); s.GetDevice() != "" && s.GetPatient() != "" {
		l.Status(s, m.Time)
	}
	return nil
}

func (l *Live) takeProgress(m kafka.Message) error {
	var p holterv1.Progress
	if err := proto.Unmarshal(m.Value, &p); err != nil {
		return err
	}
	if p.Patient != "" && p.Device != "" {
		l.Progress(&p)
	}
	return nil
}

func (l *Live) takeWindow(m kafka.Message) error {
	var w holterv1.Window
	if err := proto.Unmarshal(m.Value, &w); err != nil {
		return err
	}
	if w.Patient != "" && w.Device != "" && w.EndTimeNs > w.StartTimeNs {
		l.Window(&w, m.Time)
	}
	return nil
}

func (l *Live) takeAlert(m kafka.Message) error {
	patient, id, ok := strings.Cut(string(m.Key), "/")
	if !ok {
		return nil // older versions wrote what came of an alert under the patient
	}
	if len(m.Value) == 0 {
		l.Forget(patient, id)
		return nil
	}
	var p holterv1.Alert
	if err := proto.Unmarshal(m.Value, &p); err != nil {
		return err
	}
	a := alert.FromProto(&p)
	if a.Patient != patient || a.ID != id {
		return fmt.Errorf("the alert %s/%s has the key %s", a.Patient, a.ID, m.Key)
	}
	l.Alert(a)
	return l.show(patient, "alert", wire.NewAlert(a))
}

func (l *Live) takeSamples(m kafka.Message) error {
	patient := string(m.Key)
	if !l.hub.watched(patient) {
		return nil
	}
	var c holterv1.SampleChunk
	if err := proto.Unmarshal(m.Value, &c); err != nil {
		return err
	}
	if s, ok := wire.StretchOf(&c); ok {
		return l.show(patient, "signal", s)
	}
	return nil
}

func (l *Live) takeEvent(m kafka.Message) error {
	patient := string(m.Key)
	if !l.hub.watched(patient) {
		return nil
	}
	var e holterv1.Event
	if err := proto.Unmarshal(m.Value, &e); err != nil {
		return err
	}
	review, err := l.verdicts.of(l.context(), patient, e.GetId())
	if err != nil {
		l.log.Warn().Err(err).Str("patient", patient).Msg("reviews cannot be read: a viewer may see an older one")
	}
	return l.show(patient, "event", wire.EventOf(&e, review))
}

func (l *Live) show(patient, name string, value any) error {
	if !l.hub.watched(patient) {
		return nil
	}
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	l.hub.send(patient, web.Event{Name: name, Data: text})
	return nil
}

// Show tells those who look at a patient of an event that was reviewed.
func (l *Live) Show(e wire.Event) error {
	l.verdicts.forget(e.Patient)
	return l.show(e.Patient, "event", e)
}
