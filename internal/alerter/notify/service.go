package notify

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/nicholas-fedor/shoutrrr/pkg/router"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/email/smtp"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/push/ntfy"
	"github.com/nicholas-fedor/shoutrrr/pkg/types"

	"github.com/holterd/holter/internal/alerter/alert"
)

// Service notifies through a service URL of the shoutrrr library.
type Service struct {
	url      string
	scheme   string
	titled   bool // the service takes a title
	priority map[alert.Priority]string
	hide     *strings.Replacer
}

// priorities are the words of the services that know urgency.
var priorities = map[string]map[alert.Priority]string{
	"ntfy":     {alert.High: "Max", alert.Medium: "High", alert.Low: "Default"},
	"gotify":   {alert.High: "8", alert.Medium: "5", alert.Low: "2"},
	"pushover": {alert.High: "1", alert.Medium: "0", alert.Low: "-1"},
	"opsgenie": {alert.High: "P1", alert.Medium: "P3", alert.Low: "P5"},
}

// NewService reads a service URL and returns its scheme too; it connects to
// nothing. The error does not quote the URL, which holds secrets.
func NewService(raw string) (n Notifier, scheme string, err error) {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme == "" {
		return nil, "", errors.New("is no service URL; for example ntfy://ntfy.example/topic or smtp://user:password@host:587/?from=…&to=…")
	}
	scheme, _, _ = strings.Cut(u.Scheme, "+")
	hide := hider(u)
	service, err := locate(raw)
	if err != nil {
		return nil, scheme, fmt.Errorf("is no URL that %s can use: %s", scheme, hide.Replace(err.Error()))
	}
	switch service := service.(type) {
	case *smtp.Service:
		return newEmail(service.Config.Clone(), u.Query().Has("subject") || u.Query().Has("title"), hide), scheme, nil
	case *ntfy.Service:
		return newNtfy(*service.Config, u.Query(), hide), scheme, nil
	}
	s := &Service{url: raw, scheme: scheme, hide: hide, titled: accepts(u, "title", "x")}
	if words, ok := priorities[scheme]; ok && accepts(u, "priority", words[alert.High]) {
		s.priority = words
	}
	return s, scheme, nil
}

func locate(raw string) (types.Service, error) {
	return (&router.ServiceRouter{}).Locate(raw)
}

// accepts tells whether the service knows the parameter and its URL does not
// set it already. Sending a parameter that it does not know fails.
func accepts(u *url.URL, parameter, value string) bool {
	query := u.Query()
	if query.Has(parameter) {
		return false
	}
	query.Set(parameter, value)
	with := *u
	with.RawQuery = query.Encode()
	_, err := locate(with.String())
	return err == nil
}

// Notify implements Notifier. The library does not say which failures are
// final, so every one is tried again.
func (s *Service) Notify(ctx context.Context, m Message) (retry bool, err error) {
	// Services keep what one message set, so each message gets its own.
	service, err := locate(s.url)
	if err != nil {
		return false, fmt.Errorf("prepare %s: %s", s.scheme, s.hide.Replace(err.Error()))
	}
	l := compose(m)
	params := types.Params{}
	text := l.text()
	if s.titled {
		params.SetTitle(l.Title)
	} else {
		text = l.Title + "\n" + text
	}
	if word, ok := s.priority[m.Alert.Priority]; ok {
		params["priority"] = word
	}
	err = await(ctx, func() error { return deliver(service, s.scheme, text, params, m.Picture) })
	if err != nil {
		hidden := fmt.Errorf("send by %s: %s", s.scheme, s.hide.Replace(err.Error()))
		if m.Picture != nil && showsPictures(service, s.scheme) && ctx.Err() == nil {
			return true, refusal{hidden} // the library does not say why
		}
		return true, hidden
	}
	return false, nil
}

// itemSender is a service that takes files (Discord).
type itemSender interface {
	SendItems(items []types.MessageItem, params *types.Params) error
}

func showsPictures(service types.Service, scheme string) bool {
	_, files := service.(itemSender)
	return files || scheme == "signal"
}

// deliver sends with the picture where the service can show one.
func deliver(service types.Service, scheme, text string, params types.Params, picture []byte) error {
	files, ok := service.(itemSender)
	switch {
	case picture != nil && ok:
		return files.SendItems([]types.MessageItem{{Text: text, File: &types.File{Name: "strip.png", Data: picture}}}, &params)
	case picture != nil && scheme == "signal":
		params["attachments"] = base64.StdEncoding.EncodeToString(picture)
	}
	return service.Send(text, &params)
}

// await returns when work has ended or ctx is done: libraries may take no context.
func await(ctx context.Context, work func() error) error {
	done := make(chan error, 1)
	go func() { done <- work() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return fmt.Errorf("no answer yet: %w", context.Cause(ctx))
	}
}

// hider replaces what may be secret in the URL: all but its scheme.
func hider(u *url.URL) *strings.Replacer {
	var pairs []string
	add := func(secret string) {
		if len(secret) > 3 {
			pairs = append(pairs, secret, "***", url.QueryEscape(secret), "***", url.PathEscape(secret), "***")
		}
	}
	if u.User != nil {
		password, _ := u.User.Password()
		add(password)
		add(u.User.Username())
	}
	for _, part := range strings.Split(strings.Trim(u.Path, "/"), "/") {
		add(part)
	}
	for _, values := range u.Query() {
		for _, value := range values {
			add(value)
		}
	}
	if u.Port() == "" && !strings.Contains(u.Host, ".") {
		add(u.Host) // several services have a token there
	}
	return strings.NewReplacer(pairs...)
}
