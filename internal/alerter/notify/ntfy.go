package notify

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/nicholas-fedor/shoutrrr/pkg/services/push/ntfy"

	"github.com/holterd/holter/internal/alerter/alert"
)

// Ntfy publishes to a topic of an ntfy server: with a picture as an attachment,
// and a button that acknowledges. Its URL is that of the shoutrrr library, which
// itself attaches nothing.
type Ntfy struct {
	config ntfy.Config
	set    url.Values // what the URL sets, so that messages do not
	hide   *strings.Replacer
	client *http.Client
}

func newNtfy(c ntfy.Config, set url.Values, hide *strings.Replacer) *Ntfy {
	n := &Ntfy{config: c, set: set, hide: hide, client: &http.Client{}}
	if c.DisableTLSVerification {
		n.client.Transport = &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}} //nolint:gosec // the URL asks for it
	}
	return n
}

// ntfyText is how long a text may be, in bytes: ntfy makes a file of a longer one.
const ntfyText = 4000

// Notify implements Notifier. What a server refuses now an operator may mend, so
// every failure is tried again.
func (n *Ntfy) Notify(ctx context.Context, m Message) (retry bool, err error) {
	l := compose(m)
	text := l.text()
	if n.set.Has("title") {
		text = l.Title + "\n" + text
	}
	text = shorten(text, ntfyText)
	body := []byte(text)
	if m.Picture != nil {
		body = m.Picture
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, n.config.GetAPIURL(), bytes.NewReader(body))
	if err != nil {
		return false, errors.New("the topic's URL cannot be requested")
	}
	if n.config.Username != "" || n.config.Password != "" {
		req.SetBasicAuth(n.config.Username, n.config.Password)
	}
	n.headers(req.Header, m, l)
	if m.Picture != nil {
		req.Header.Set("Filename", "strip.png")
		req.Header.Set("Message", oneLine(strings.ReplaceAll(text, "\n", `\n`))) // which ntfy undoes
	}
	res, err := n.client.Do(req)
	if err != nil {
		return true, fmt.Errorf("reach ntfy: %s", n.hide.Replace(reason(ctx, err).Error()))
	}
	defer func() { _ = res.Body.Close() }()
	answer, _ := io.ReadAll(io.LimitReader(res.Body, quotedAnswer))
	if res.StatusCode >= 200 && res.StatusCode < 300 {
		return false, nil
	}
	err = fmt.Errorf("ntfy answered %s: %s", res.Status, n.hide.Replace(string(bytes.TrimSpace(answer))))
	if refuses(res.StatusCode) || res.StatusCode == http.StatusInsufficientStorage {
		err = refusal{err}
	}
	return true, err
}

// headers say all but the text.
func (n *Ntfy) headers(h http.Header, m Message, l letter) {
	set := func(header, value string) {
		if value != "" {
			h.Set(header, value)
		}
	}
	c := n.config
	title, priority := l.Title, priorities["ntfy"][m.Alert.Priority]
	if n.set.Has("title") {
		title = c.Title
	}
	if n.set.Has("priority") {
		priority = c.Priority.String()
	}
	set("User-Agent", "holter-alerter")
	set("Title", title)
	set("Priority", priority)
	set("Tags", strings.Join(c.Tags, ","))
	set("Delay", c.Delay)
	set("Click", c.Click)
	set("Icon", c.Icon)
	set("Email", c.Email)
	if !c.Cache {
		set("Cache", "no")
	}
	if !c.Firebase {
		set("Firebase", "no")
	}
	switch {
	case n.set.Has("actions"):
		set("Actions", strings.Join(c.Actions, ";"))
	case m.Link != "" && m.Alert.State == alert.Triggered:
		set("Actions", actions(m.Link))
	}
}

// action is a button of a notification.
type action struct {
	Action string `json:"action"`
	Label  string `json:"label"`
	URL    string `json:"url"`
	Method string `json:"method,omitempty"`
	Clear  bool   `json:"clear,omitempty"`
}

// actions are written as JSON: ntfy's short form trips over the = of a link.
func actions(link string) string {
	text, err := json.Marshal([]action{
		{Action: "http", Label: "Acknowledge", URL: link, Method: http.MethodPost, Clear: true},
		{Action: "view", Label: "Open", URL: link},
	})
	if err != nil {
		return "" // strings can be written
	}
	return string(text)
}

// shorten cuts a text between two runes.
func shorten(text string, most int) string {
	const more = " …"
	if len(text) <= most {
		return text
	}
	cut := most - len(more)
	for !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + more
}
