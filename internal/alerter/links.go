package alerter

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/alerter/desk"
	"github.com/holterd/holter/internal/alerter/link"
	"github.com/holterd/holter/internal/alerter/notify"
	"github.com/holterd/holter/internal/alerter/state"
)

// Routes are what the service answers over HTTP, by the mux's pattern: the page
// of acknowledge links, where these are configured.
func (s *Service) Routes() map[string]http.Handler {
	if s.cfg.Alerter.PublicURL == "" {
		return nil
	}
	return map[string]http.Handler{link.Path: link.Page{
		Signer: link.NewSigner(s.cfg.Alerter.LinkSecret), Desk: desk.New(s.client, s.cfg.Kafka.Partitions), Now: time.Now, Log: s.log,
		Zone: s.zone, Picture: func(ctx context.Context, a alert.Alert, zone *time.Location) []byte {
			return s.scenes.Scene(ctx, notify.Subject{Alert: a, Zone: zone}).Picture
		},
	}}
}

// linker makes the acknowledge links of notifications; nil where none are
// configured.
func (s *Service) linker() func(state.Notification) string {
	if s.cfg.Alerter.PublicURL == "" {
		return nil
	}
	signer := link.NewSigner(s.cfg.Alerter.LinkSecret)
	base := strings.TrimSuffix(s.cfg.Alerter.PublicURL, "/") + link.Path
	return func(n state.Notification) string {
		by := n.Person
		if by == "" {
			by = n.Target
		}
		token, err := signer.Sign(link.Grant{
			ID: "link-" + n.ID, Patient: n.Alert.Patient, Alert: n.Alert.ID, By: by,
			Expires: n.Made.Add(s.cfg.Alerter.LinkExpires).Truncate(time.Second),
		})
		if err != nil {
			s.log.Error().Err(err).Str("alert", n.Alert.ID).Msg("a notification goes out without its link")
			return ""
		}
		return base + "?t=" + token
	}
}
