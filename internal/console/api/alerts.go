package api

import (
	"crypto/rand"
	"net/http"
	"strings"
	"time"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/console/web"
	"github.com/holterd/holter/internal/console/wire"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

type alertList struct {
	Alerts []wire.Alert `json:"alerts"`
}

func (a *api) alerts(w http.ResponseWriter, r *http.Request) error {
	state, err := oneOf(r, "state", "open", "all")
	if err != nil {
		return err
	}
	answer := alertList{Alerts: []wire.Alert{}}
	for _, x := range a.Live.Alerts(r.URL.Query().Get("patient"), state == "open") {
		answer.Alerts = append(answer.Alerts, wire.NewAlert(x))
	}
	return web.JSON(w, http.StatusOK, answer)
}

// command is the body of a decision about an alert.
type command struct {
	By       string       `json:"by"`
	Why      string       `json:"why"`
	Assignee string       `json:"assignee"`
	Until    wire.Instant `json:"until"`
}

func (a *api) decide(w http.ResponseWriter, r *http.Request) error {
	patient, err := patientOf(r)
	if err != nil {
		return err
	}
	var body command
	if err := web.Decode(r, &body); err != nil {
		return err
	}
	c := &holterv1.AlertCommand{
		Id: rand.Text(), Patient: patient, Alert: r.PathValue("id"), By: strings.TrimSpace(body.By), Reason: body.Why, TimeNs: a.Now().UnixNano(),
	}
	if err := body.into(c, r.PathValue("action"), a.Now()); err != nil {
		return err
	}
	x, known := a.Live.FindAlert(patient, c.Alert)
	switch {
	case !known:
		return web.NotFound("see GET /v1/alerts for what there is", "patient %s has no alert %q", patient, c.Alert)
	case x.State == alert.Resolved:
		return &web.Error{Status: http.StatusConflict, Text: "the alert is over", Remedy: "nothing is to be done"}
	case x.WithoutPolicy && c.GetEscalate() != nil:
		return &web.Error{Status: http.StatusConflict, Text: "the alert cannot be escalated: " + alert.ErrWithoutPolicy.Error(), Remedy: alert.PolicyRemedy}
	}
	if err := a.Desk.Send(r.Context(), c); err != nil {
		return err
	}
	return web.JSON(w, http.StatusAccepted, map[string]string{"command": c.Id})
}

// into checks what an action needs and fills it in.
func (b command) into(c *holterv1.AlertCommand, action string, now time.Time) error {
	needs := func(key string, is bool) error {
		if is {
			return nil
		}
		return web.Wrong("give it", "%s: %s is missing", action, key)
	}
	if err := needs("by (who decides)", c.By != ""); err != nil {
		return err
	}
	switch until := time.Time(b.Until); action {
	case "acknowledge":
		c.Action = &holterv1.AlertCommand_Acknowledge_{Acknowledge: &holterv1.AlertCommand_Acknowledge{}}
	case "escalate":
		c.Action = &holterv1.AlertCommand_Escalate_{Escalate: &holterv1.AlertCommand_Escalate{}}
	case "assign":
		c.Action = &holterv1.AlertCommand_Assign_{Assign: &holterv1.AlertCommand_Assign{To: strings.TrimSpace(b.Assignee)}}
		return needs("assignee (who is to see to it)", strings.TrimSpace(b.Assignee) != "")
	case "silence":
		c.Action = &holterv1.AlertCommand_Silence_{Silence: &holterv1.AlertCommand_Silence{UntilNs: until.UnixNano()}}
		if !until.After(now) {
			return web.Wrong("give a time to come", "silence: until is missing or over")
		}
		return needs("why", b.Why != "")
	case "resolve":
		c.Action = &holterv1.AlertCommand_Resolve_{Resolve: &holterv1.AlertCommand_Resolve{}}
		return needs("why", b.Why != "")
	case "note":
		c.Action = &holterv1.AlertCommand_Note_{Note: &holterv1.AlertCommand_Note{}}
		return needs("why (the note's text)", b.Why != "")
	default:
		return web.NotFound("acknowledge, assign, silence, escalate, resolve or note", "nobody can %q an alert", action)
	}
	return nil
}
