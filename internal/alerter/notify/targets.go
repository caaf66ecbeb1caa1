package notify

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"

	"github.com/holterd/holter/internal/config"
)

// Targets makes what the configuration names; it connects to nothing. Everything
// is told to those of webhooks and urls, told; of channels, only what the rules'
// people are told. The error tells of everything that is wrong.
func Targets(cfg config.Alerter) (targets []Target, told []string, err error) {
	var problems []error
	names := map[string]bool{}
	add := func(key, name string, n Notifier, err error) {
		switch {
		case err != nil:
			problems = append(problems, fmt.Errorf("%s: %w", key, err))
		case names[name]:
			problems = append(problems, fmt.Errorf("%s: is given twice", key))
		default:
			names[name] = true
			targets = append(targets, Target{Name: name, Notifier: n})
		}
	}
	for i, w := range cfg.Webhooks {
		key := fmt.Sprintf("alerter.webhooks[%d]", i)
		u, err := url.Parse(w.URL)
		if err != nil {
			add(key, "", nil, errors.New("url is no URL")) // the parser's words quote it
			continue
		}
		add(key, fmt.Sprintf("webhook %s (%s)", u.Host, digest(w.URL)), NewWebhook(w.URL, w.Secret), nil)
	}
	for i, raw := range cfg.URLs {
		n, scheme, err := NewService(raw)
		add(fmt.Sprintf("alerter.urls[%d]", i), fmt.Sprintf("%s (%s)", scheme, digest(raw)), n, err)
	}
	for _, t := range targets {
		told = append(told, t.Name)
	}
	for i, c := range cfg.Channels {
		key := fmt.Sprintf("alerter.channels[%d]", i)
		if u, err := url.Parse(c.URL); err == nil && (u.Scheme == "http" || u.Scheme == "https") {
			add(key, c.Name, NewWebhook(c.URL, c.Secret), nil)
			continue
		}
		n, _, err := NewService(c.URL)
		add(key, c.Name, n, err)
	}
	return targets, told, errors.Join(problems...)
}

// digest tells URLs apart without showing what is secret in them.
func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:4])
}
