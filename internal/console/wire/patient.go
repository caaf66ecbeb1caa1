package wire

import (
	"github.com/holterd/holter/internal/alerter/alert"
)

// Patient is one line of the list.
type Patient struct {
	ID             string   `json:"id"`
	Urgency        string   `json:"urgency"`
	OpenAlerts     int      `json:"open_alerts"`
	Unacknowledged int      `json:"unacknowledged"`
	Title          string   `json:"title"`
	HeartRate      *float64 `json:"heart_rate"`
	LastSignal     Instant  `json:"last_signal"`
	AnalysedUntil  Instant  `json:"analysed_until"`
	Devices        []Device `json:"devices"`
}

// Device is the technical state of a device.
type Device struct {
	ID         string   `json:"id"`
	Connected  *bool    `json:"connected"`
	Battery    *float64 `json:"battery"`
	LeadsOff   []string `json:"leads_off"`
	LastHeard  Instant  `json:"last_heard"`
	ClockOffMS *int64   `json:"clock_off_ms"`
	Noisy      bool     `json:"noisy"`
}

// Alert is an alert as it now stands.
type Alert struct {
	ID            string   `json:"id"`
	Patient       string   `json:"patient"`
	Device        string   `json:"device"`
	Rule          string   `json:"rule"`
	Priority      string   `json:"priority"`
	Class         string   `json:"class"`
	State         string   `json:"state"`
	Start         Instant  `json:"start"`
	Updated       Instant  `json:"updated"`
	Title         string   `json:"title"`
	Message       string   `json:"message"`
	Confidence    float64  `json:"confidence"`
	HowSure       string   `json:"how_sure"`
	Assignee      string   `json:"assignee"`
	SilencedUntil Instant  `json:"silenced_until"`
	HeldBy        string   `json:"held_by"`
	Escalated     int      `json:"escalated"`
	WithoutPolicy bool     `json:"without_policy"`
	EventIDs      []string `json:"event_ids"`
	History       []Change `json:"history"`
}

// Change is one step in an alert's history.
type Change struct {
	At   Instant `json:"at"`
	What string  `json:"what"`
	By   string  `json:"by"`
	Why  string  `json:"why"`
}

// NewAlert is an alert as the API says it.
func NewAlert(a alert.Alert) Alert {
	out := Alert{
		ID: a.ID, Patient: a.Patient, Device: a.Device, Rule: a.Rule,
		Priority: a.Priority.String(), Class: a.Class.String(), State: a.State.String(),
		Start: Instant(a.Start), Updated: Instant(a.Updated), Title: a.Title, Message: a.Message, Confidence: a.Confidence, HowSure: a.HowSure(),
		Assignee: a.Assignee, SilencedUntil: Instant(a.SilencedUntil), HeldBy: a.HeldBy, Escalated: a.Escalated, WithoutPolicy: a.WithoutPolicy,
		EventIDs: append([]string{}, a.Events...), History: []Change{},
	}
	for _, c := range a.History {
		out.History = append(out.History, Change{At: Instant(c.At), What: c.What, By: c.By, Why: c.Why})
	}
	return out
}
