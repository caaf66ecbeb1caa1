package notify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/holterd/holter/internal/webhook"
)

const quotedAnswer = 200 // bytes of an answer that go into an error

// Webhook posts notifications as package webhook describes.
type Webhook struct {
	url, secret string
	client      *http.Client
}

// NewWebhook returns a notifier for the URL; without a secret, requests are not
// signed.
func NewWebhook(url, secret string) *Webhook {
	return &Webhook{url: url, secret: secret, client: &http.Client{
		// A signed notification is for the configured receiver alone.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Notify implements Notifier. Answers that refuse this very message (400, 410,
// 413, 415, 422) are final; every other failure may pass, also those that an
// operator mends (401, 403, 404) or that a proxy gives while a receiver starts.
func (w *Webhook) Notify(ctx context.Context, m Message) (retry bool, err error) {
	l := compose(m)
	body, err := webhook.Encode(webhook.Message{
		ID: m.ID, Alert: m.Alert, Also: m.Also, Person: m.Person, Title: l.Title, Text: l.text(), Link: m.Link,
		Picture: m.Picture, PictureMissing: m.Missing, Rhythm: m.Rhythm,
	})
	if err != nil {
		return false, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.url, bytes.NewReader(body))
	if err != nil {
		return false, errors.New("the webhook's URL cannot be requested")
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "holter-alerter")
	req.Header.Set(webhook.HeaderID, m.ID)
	req.Header.Set(webhook.HeaderAttempt, strconv.Itoa(m.Attempts+1))
	if w.secret != "" {
		webhook.Sign(req.Header, w.secret, time.Now(), body)
	}
	res, err := w.client.Do(req)
	if err != nil {
		return true, fmt.Errorf("reach the receiver: %w", reason(ctx, err))
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode >= 200 && res.StatusCode < 300 {
		_, _ = io.CopyN(io.Discard, res.Body, quotedAnswer) // lets the connection be used again
		return false, nil
	}
	answer, _ := io.ReadAll(io.LimitReader(res.Body, quotedAnswer))
	err = fmt.Errorf("the receiver answered %s: %q", res.Status, bytes.TrimSpace(answer))
	if refuses(res.StatusCode) {
		return false, refusal{err}
	}
	return true, err
}

// reason is why a request failed, without the URL, which may hold a token.
func reason(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("no answer yet: %w", context.Cause(ctx))
	}
	if of := new(url.Error); errors.As(err, &of) {
		return of.Err
	}
	return err
}
