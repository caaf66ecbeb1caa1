package analyzer

import (
	"time"

	"github.com/holterd/holter/pkg/localize"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

func toMessage(e localize.Event) *holterv1.Event {
	beats := make([]int64, len(e.NewBeats))
	for i, t := range e.NewBeats {
		beats[i] = t.UnixNano()
	}
	return &holterv1.Event{
		Id: e.ID, Patient: e.Patient, Device: e.Device, Recording: e.Recording, Kind: e.Kind,
		StartTimeNs: e.Start.UnixNano(), EndTimeNs: e.End.UnixNano(),
		Confidence: e.Confidence, Beats: uint32(max(e.Beats, 0)), NewBeatTimesNs: beats,
		Question: e.Question, Answer: e.Answer, Model: e.Model, Window: e.Window, Open: e.Open,
	}
}

func fromMessage(m *holterv1.Event) localize.Event {
	var beats []time.Time
	for _, ns := range m.GetNewBeatTimesNs() {
		beats = append(beats, time.Unix(0, ns).UTC())
	}
	return localize.Event{
		ID: m.GetId(), Patient: m.GetPatient(), Device: m.GetDevice(), Recording: m.GetRecording(), Kind: m.GetKind(),
		Start: time.Unix(0, m.GetStartTimeNs()).UTC(), End: time.Unix(0, m.GetEndTimeNs()).UTC(),
		Confidence: m.GetConfidence(), Beats: int(m.GetBeats()), NewBeats: beats,
		Question: m.GetQuestion(), Answer: m.GetAnswer(), Model: m.GetModel(), Window: m.GetWindow(), Open: m.GetOpen(),
	}
}

func toMessages(events []localize.Event) []*holterv1.Event {
	messages := make([]*holterv1.Event, len(events))
	for i, e := range events {
		messages[i] = toMessage(e)
	}
	return messages
}
