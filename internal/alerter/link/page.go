package link

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"time"

	"github.com/rs/zerolog"

	"github.com/holterd/holter/internal/alerter/alert"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// Path is where the page is served; the token is the parameter t.
const Path = "/alerts/acknowledge"

// Desk is where alerts are looked up and decided on.
type Desk interface {
	Find(ctx context.Context, patient, id string) (alert.Alert, bool, error)
	Send(ctx context.Context, c *holterv1.AlertCommand) error
}

// Page answers links. GET shows what a link is about, and a button: whoever
// previews a link does not acknowledge with it. POST acknowledges.
type Page struct {
	Signer Signer
	Desk   Desk
	// Zone is the time zone of a person.
	Zone func(person string) *time.Location
	// Picture shows the signal as PNG; nil: it cannot be shown. It returns soon
	// after ctx is done.
	Picture func(ctx context.Context, a alert.Alert, zone *time.Location) []byte
	Now     func() time.Time
	Log     zerolog.Logger
}

// patience is how long Kafka may take.
const patience = 10 * time.Second

// drawWithin is how long the page waits for its picture.
const drawWithin = 3 * time.Second

// ServeHTTP implements http.Handler.
func (p Page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer") // the URL is a key
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'")
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		p.say(w, http.StatusMethodNotAllowed, view{Title: "This page is read, or its button pressed."})
		return
	}
	grant, err := p.Signer.Open(r.FormValue("t"), p.Now())
	switch {
	case errors.Is(err, ErrExpired):
		p.say(w, http.StatusGone, view{Title: "This link cannot be used any more: " + err.Error() + "."})
		return
	case err != nil:
		p.say(w, http.StatusForbidden, view{Title: "This link is not valid: " + err.Error() + "."})
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), patience)
	defer cancel()
	a, found, err := p.Desk.Find(ctx, grant.Patient, grant.Alert)
	if err != nil {
		p.Log.Error().Err(err).Msg("an acknowledge link could not be answered")
		p.say(w, http.StatusServiceUnavailable, view{Title: "The alert cannot be looked up now. NOTHING was acknowledged; try again."})
		return
	}
	zone := p.Zone(grant.By)
	a.Message = alert.InZone(a.Message, zone)
	if status, text := standing(a, found, grant, zone); status != 0 {
		p.say(w, status, view{Title: text, Text: a.Message})
		return
	}
	if r.Method == http.MethodGet {
		v := view{Title: fmt.Sprintf("%s: %s", a.Patient, a.Title), Text: a.Message, Sure: a.HowSure(), By: grant.By, Button: true}
		drawing, cancel := context.WithTimeout(ctx, drawWithin)
		defer cancel()
		if png := p.Picture(drawing, a, zone); png != nil {
			v.Picture = template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(png)) //nolint:gosec // made here
		}
		p.say(w, http.StatusOK, v)
		return
	}
	command := &holterv1.AlertCommand{
		Id: grant.ID, Patient: grant.Patient, Alert: grant.Alert, TimeNs: p.Now().UnixNano(), By: grant.By,
		Reason: "by link", Action: &holterv1.AlertCommand_Acknowledge_{Acknowledge: &holterv1.AlertCommand_Acknowledge{}},
	}
	if err := p.Desk.Send(ctx, command); err != nil {
		p.Log.Error().Err(err).Msg("an acknowledge link could not be carried out")
		p.say(w, http.StatusServiceUnavailable, view{Title: "This could not be passed on. NOTHING was acknowledged; try again."})
		return
	}
	p.say(w, http.StatusOK, view{Title: "Acknowledged. " + a.Patient + ": " + a.Title})
}

// standing tells why an alert cannot be acknowledged with the link; 0: it can.
func standing(a alert.Alert, found bool, g Grant, zone *time.Location) (status int, text string) {
	if !found {
		return http.StatusNotFound, "The alert is not known (any more)."
	}
	for _, c := range a.History {
		if c.Command == g.ID {
			return http.StatusGone, "This link was used at " + alert.Clock(c.At, zone) + "."
		}
	}
	if a.State == alert.Resolved {
		return http.StatusConflict, "The alert is over since " + alert.Clock(a.Resolved, zone) + "."
	}
	return 0, ""
}

type view struct {
	Title, Text, Sure, By string
	Picture               template.URL
	Button                bool
}

var page = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex"><title>Holter</title>
<body style="font: 1.2em sans-serif; max-width: 36em; margin: 2em auto; padding: 0 1em">
<h1 style="font-size: 1.2em">{{.Title}}</h1>{{with .Text}}<p>{{.}}</p>{{end}}{{with .Sure}}<p>How sure: {{.}}</p>{{end}}
{{with .Picture}}<p><a href="{{.}}"><img src="{{.}}" alt="The signal, with what was found marked" style="max-width: 100%"></a></p>{{end}}
{{if .Button}}<form method="post"><button style="font-size: 1.2em; padding: .6em 1em">Acknowledge as {{.By}}</button></form>{{end}}
<p style="color: #666; font-size: .8em">Not a medical device: for research and engineering.</p>
`))

func (p Page) say(w http.ResponseWriter, status int, v view) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	if err := page.Execute(w, v); err != nil {
		p.Log.Debug().Err(err).Msg("an acknowledge page was not read to its end")
	}
}
