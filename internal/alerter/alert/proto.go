package alert

import (
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// Proto is the alert as ecg.alerts carries it. Its times are the signal's;
// when the alerter decided is the record's own time stamp.
func (a Alert) Proto() *holterv1.Alert {
	return &holterv1.Alert{
		Id:           a.ID,
		Key:          a.Key,
		Patient:      a.Patient,
		Device:       a.Device,
		Rule:         a.Rule,
		Priority:     holterv1.Priority(a.Priority),
		Class:        holterv1.AlertClass(a.Class),
		State:        holterv1.AlertState(a.State),
		StartTimeNs:  a.Start.UnixNano(),
		UpdateTimeNs: a.Updated.UnixNano(),
		Title:        a.Title,
		Message:      a.Message,
		EventIds:     a.Events,
	}
}
