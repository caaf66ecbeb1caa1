package alert

import (
	"time"

	"github.com/holterd/holter/pkg/localize"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// Proto is the alert as ecg.alerts carries it.
func (a Alert) Proto() *holterv1.Alert {
	p := &holterv1.Alert{
		Id:              a.ID,
		Key:             a.Key,
		Patient:         a.Patient,
		Device:          a.Device,
		Rule:            a.Rule,
		Priority:        holterv1.Priority(a.Priority),
		Class:           holterv1.AlertClass(a.Class),
		State:           holterv1.AlertState(a.State),
		StartTimeNs:     nanos(a.Start),
		UpdateTimeNs:    nanos(a.Updated),
		Title:           a.Title,
		Message:         a.Message,
		EventIds:        a.Events,
		RaisedTimeNs:    nanos(a.Raised),
		ResolvedTimeNs:  nanos(a.Resolved),
		Confidence:      a.Confidence,
		Assignee:        a.Assignee,
		SilencedUntilNs: nanos(a.SilencedUntil),
		Escalated:       uint32(max(a.Escalated, 0)),
		HeldBy:          a.HeldBy,
		Value:           a.Value,
		Unit:            a.Unit,
		Beats:           uint32(max(a.Beats, 0)),
		Kinds:           a.Kinds,
	}
	if st := a.ST; st != nil {
		p.St = &holterv1.AlertSt{
			Kind: st.Kind, StartTimeNs: nanos(st.Start), EndTimeNs: nanos(st.End), PeakUv: int32(st.PeakUV), Lead: st.Lead,
			Evidence: holterv1.StEvidence(localize.ParseEvidence(st.Evidence)),
		}
	}
	for _, c := range a.History {
		p.History = append(p.History, &holterv1.AlertChange{
			TimeNs: nanos(c.At), What: c.What, By: c.By, Why: c.Why, Command: c.Command,
		})
	}
	return p
}

// FromProto reads what Proto wrote.
func FromProto(p *holterv1.Alert) Alert {
	a := Alert{
		ID: p.GetId(), Key: p.GetKey(), Patient: p.GetPatient(), Device: p.GetDevice(), Rule: p.GetRule(),
		Priority: Priority(p.GetPriority()), Class: Class(p.GetClass()), State: State(p.GetState()),
		Start: instant(p.GetStartTimeNs()), Updated: instant(p.GetUpdateTimeNs()),
		Title: p.GetTitle(), Message: p.GetMessage(), Events: p.GetEventIds(),
		Raised: instant(p.GetRaisedTimeNs()), Resolved: instant(p.GetResolvedTimeNs()),
		Confidence: p.GetConfidence(), Assignee: p.GetAssignee(), SilencedUntil: instant(p.GetSilencedUntilNs()),
		Escalated: int(p.GetEscalated()), HeldBy: p.GetHeldBy(),
		Value: p.GetValue(), Unit: p.GetUnit(), Beats: int(p.GetBeats()), Kinds: p.GetKinds(),
	}
	if st := p.GetSt(); st != nil {
		a.ST = &ST{
			Kind: st.GetKind(), Start: instant(st.GetStartTimeNs()), End: instant(st.GetEndTimeNs()),
			PeakUV: int(st.GetPeakUv()), Lead: st.GetLead(), Evidence: localize.Evidence(st.GetEvidence()).String(),
		}
	}
	for _, c := range p.GetHistory() {
		a.History = append(a.History, Change{
			At: instant(c.GetTimeNs()), What: c.GetWhat(), By: c.GetBy(), Why: c.GetWhy(), Command: c.GetCommand(),
		})
	}
	return a
}

func nanos(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

func instant(ns int64) time.Time {
	if ns == 0 {
		return time.Time{}
	}
	return time.Unix(0, ns).UTC()
}
