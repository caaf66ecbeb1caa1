package analyzer

import (
	"time"

	"github.com/holterd/holter/pkg/localize"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

func toMessage(e localize.Event) *holterv1.Event {
	return &holterv1.Event{
		Id: e.ID, Patient: e.Patient, Device: e.Device, Recording: e.Recording, Kind: e.Kind,
		StartTimeNs: e.Start.UnixNano(), EndTimeNs: e.End.UnixNano(),
		Confidence: e.Confidence, Beats: uint32(max(e.Beats, 0)), NewBeatTimesNs: toNs(e.NewBeats), PreviousBeatTimesNs: toNs(e.Before), BeatsBetween: convert[int32](e.Between),
		Question: e.Question, Answer: e.Answer, Model: e.Model, Window: e.Window, Open: e.Open, Quality: &e.Quality,
		StEvidence: holterv1.StEvidence(e.Evidence), StPeakUv: int32(e.STPeak), StLead: e.STLead, StPeakTimeNs: holterv1.Nanos(e.STPeakAt),
	}
}

func fromMessage(m *holterv1.Event) localize.Event {
	return localize.Event{
		ID: m.GetId(), Patient: m.GetPatient(), Device: m.GetDevice(), Recording: m.GetRecording(), Kind: m.GetKind(),
		Start: time.Unix(0, m.GetStartTimeNs()).UTC(), End: time.Unix(0, m.GetEndTimeNs()).UTC(),
		Confidence: m.GetConfidence(), Beats: int(m.GetBeats()), NewBeats: fromNs(m.GetNewBeatTimesNs()), Before: fromNs(m.GetPreviousBeatTimesNs()), Between: convert[int](m.GetBeatsBetween()),
		Question: m.GetQuestion(), Answer: m.GetAnswer(), Model: m.GetModel(), Window: m.GetWindow(), Open: m.GetOpen(), Quality: qualityOf(m),
		Evidence: localize.Evidence(m.GetStEvidence()), STPeak: int(m.GetStPeakUv()), STLead: m.GetStLead(), STPeakAt: holterv1.Time(m.GetStPeakTimeNs()),
	}
}

func toNs(times []time.Time) []int64 {
	all := make([]int64, len(times))
	for i, t := range times {
		all[i] = holterv1.Nanos(t)
	}
	return all
}

func fromNs(all []int64) []time.Time {
	var times []time.Time
	for _, ns := range all {
		times = append(times, holterv1.Time(ns))
	}
	return times
}

// qualityOf is 1 for an event that an older version decided.
func qualityOf(m *holterv1.Event) float64 {
	if m.Quality == nil {
		return 1
	}
	return m.GetQuality()
}

func convert[To, From int | int32](all []From) []To {
	var to []To
	for _, n := range all {
		to = append(to, To(n))
	}
	return to
}

func toMessages(events []localize.Event) []*holterv1.Event {
	messages := make([]*holterv1.Event, len(events))
	for i, e := range events {
		messages[i] = toMessage(e)
	}
	return messages
}
