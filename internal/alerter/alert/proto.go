package alert

import (
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
		StartTimeNs:     holterv1.Nanos(a.Start),
		UpdateTimeNs:    holterv1.Nanos(a.Updated),
		Title:           a.Title,
		Message:         a.Message,
		EventIds:        a.Events,
		RaisedTimeNs:    holterv1.Nanos(a.Raised),
		ResolvedTimeNs:  holterv1.Nanos(a.Resolved),
		Confidence:      a.Confidence,
		Assignee:        a.Assignee,
		SilencedUntilNs: holterv1.Nanos(a.SilencedUntil),
		Escalated:       uint32(max(a.Escalated, 0)),
		HeldBy:          a.HeldBy,
		Value:           a.Value,
		Unit:            a.Unit,
		Beats:           uint32(max(a.Beats, 0)),
		Kinds:           a.Kinds,
		PressedTimeNs:   holterv1.Nanos(a.Pressed),
		WithoutPolicy:   a.WithoutPolicy,
	}
	if st := a.ST; st != nil {
		p.St = &holterv1.AlertSt{
			Kind: st.Kind, StartTimeNs: holterv1.Nanos(st.Start), EndTimeNs: holterv1.Nanos(st.End), PeakUv: int32(st.PeakUV), Lead: st.Lead,
			Evidence: holterv1.StEvidence(localize.ParseEvidence(st.Evidence)), PeakTimeNs: holterv1.Nanos(st.PeakAt),
		}
	}
	for _, c := range a.History {
		p.History = append(p.History, &holterv1.AlertChange{
			TimeNs: holterv1.Nanos(c.At), What: c.What, By: c.By, Why: c.Why, Command: c.Command,
		})
	}
	return p
}

// FromProto reads what Proto wrote.
func FromProto(p *holterv1.Alert) Alert {
	a := Alert{
		ID: p.GetId(), Key: p.GetKey(), Patient: p.GetPatient(), Device: p.GetDevice(), Rule: p.GetRule(),
		Priority: Priority(p.GetPriority()), Class: Class(p.GetClass()), State: State(p.GetState()),
		Start: holterv1.Time(p.GetStartTimeNs()), Updated: holterv1.Time(p.GetUpdateTimeNs()),
		Title: p.GetTitle(), Message: p.GetMessage(), Events: p.GetEventIds(),
		Raised: holterv1.Time(p.GetRaisedTimeNs()), Resolved: holterv1.Time(p.GetResolvedTimeNs()),
		Confidence: p.GetConfidence(), Assignee: p.GetAssignee(), SilencedUntil: holterv1.Time(p.GetSilencedUntilNs()),
		Escalated: int(p.GetEscalated()), HeldBy: p.GetHeldBy(),
		Value: p.GetValue(), Unit: p.GetUnit(), Beats: int(p.GetBeats()), Kinds: p.GetKinds(), Pressed: holterv1.Time(p.GetPressedTimeNs()),
		WithoutPolicy: p.GetWithoutPolicy(),
	}
	if st := p.GetSt(); st != nil {
		a.ST = &ST{
			Kind: st.GetKind(), Start: holterv1.Time(st.GetStartTimeNs()), End: holterv1.Time(st.GetEndTimeNs()),
			PeakUV: int(st.GetPeakUv()), Lead: st.GetLead(), Evidence: localize.Evidence(st.GetEvidence()).String(), PeakAt: holterv1.Time(st.GetPeakTimeNs()),
		}
	}
	for _, c := range p.GetHistory() {
		a.History = append(a.History, Change{
			At: holterv1.Time(c.GetTimeNs()), What: c.GetWhat(), By: c.GetBy(), Why: c.GetWhy(), Command: c.GetCommand(),
		})
	}
	return a
}
