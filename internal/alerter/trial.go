package alerter

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/alerter/notify"
	"github.com/holterd/holter/internal/alerter/scene"
	"github.com/holterd/holter/internal/alerter/state"
	"github.com/holterd/holter/internal/config"
)

// Trial is what became of a test message to one target.
type Trial struct {
	Target string
	// Refused says why the message went without its picture, if it did.
	Refused error
	Err     error // nil: it was sent
}

// Try sends a test message with a picture to a person of the rules, by all of
// their channels, or to a channel or another target by its name. It raises no
// alert, so there is nothing to acknowledge. The error says what is wrong with the
// configuration or the name.
func Try(ctx context.Context, cfg config.Config, name string, now time.Time) ([]Trial, error) {
	p, err := load(cfg)
	if err != nil {
		return nil, err
	}
	person, targets := p.rules.Person(name), slices.Clone(p.targets)
	zone := time.UTC
	if person != nil {
		zone = person.Zone.Loc()
		targets = slices.DeleteFunc(targets, func(t notify.Target) bool { return !slices.Contains(person.Channels, t.Name) })
	} else {
		targets = slices.DeleteFunc(targets, func(t notify.Target) bool { return t.Name != name })
	}
	if len(targets) == 0 {
		return nil, unknown(p, name)
	}
	m := notify.Message{Zone: zone, Notification: state.Notification{
		ID: alert.NewID("test", name, now), Made: now, Alert: alert.Alert{
			ID: alert.NewID("test", "alert", now), Key: "test", Rule: "test", Priority: alert.Low, Class: alert.Technical, State: alert.Triggered,
			Patient: "nobody", Title: "Test message", Start: now.UTC(), Updated: now.UTC(), Raised: now.UTC(),
			Message: fmt.Sprintf("This is a test of the messages, sent by hand at %s. Nothing has happened, and there is nothing to acknowledge.", alert.Clock(now, time.UTC)),
		},
	}}
	if m.Picture, err = scene.Example(now, zone); err != nil {
		return nil, err
	}
	var all []Trial
	for _, t := range targets {
		if person != nil {
			m.Person = person.Name
		}
		trying, cancel := context.WithTimeout(ctx, p.rules.Delivery.Timeout)
		_, refused, err := notify.Send(trying, t, m)
		cancel()
		all = append(all, Trial{Target: t.Name, Refused: refused, Err: err})
	}
	return all, nil
}

// unknown says whom there is.
func unknown(p parts, name string) error {
	var names []string
	for _, person := range p.rules.People {
		names = append(names, person.Name)
	}
	for _, t := range p.targets {
		names = append(names, t.Name)
	}
	if len(names) == 0 {
		return errors.New("nobody can be told: the rules name no people, and alerter.webhooks, alerter.urls and alerter.channels are empty")
	}
	if person := p.rules.Person(name); person != nil {
		return fmt.Errorf("%s has no channel in the rules", name)
	}
	slices.Sort(names)
	names = slices.Compact(names)
	return fmt.Errorf("%q is neither a person of the rules nor a channel; there are: %s", name, strings.Join(names, ", "))
}
