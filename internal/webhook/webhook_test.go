package webhook_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gotest.tools/v3/golden"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/webhook"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func example() alert.Alert {
	return alert.Alert{
		ID: "0123456789abcdef0123456789abcdef", Key: "ventricular-run/p1", Rule: "ventricular-run",
		Priority: alert.Medium, Class: alert.Physiological, State: alert.Triggered,
		Patient: "p1", Device: "d1", Kinds: []string{"V"}, Title: "Title", Message: "Message",
		Start: now.Add(-20 * time.Second), Updated: now.Add(-19 * time.Second), Raised: now,
		Confidence: 0.81, Beats: 3, Events: []string{"e1"},
	}
}

func TestBodyIsAsDocumented(t *testing.T) {
	message := webhook.Message{
		ID: "fedcba", Alert: example(), Person: "nurse-a", Title: "[MEDIUM] p1: Title", Text: "Message\nWho: patient p1, device d1",
		Link: "https://holter.example/alerts/acknowledge?t=x", Picture: []byte("\x89PNG"),
	}
	body, err := webhook.Encode(message)
	require.NoError(t, err)
	golden.Assert(t, string(body)+"\n", "message.golden")
	m, err := webhook.Decode(body)
	require.NoError(t, err)
	message.Version = 1
	require.Equal(t, message, m)
	_, err = webhook.Encode(webhook.Message{ID: "x", Alert: alert.Alert{}})
	require.Error(t, err)
}

// The figures can be had with: printf '1700000000.{}' | openssl dgst -sha256 -hmac secret
func TestSignatureIsAsDocumented(t *testing.T) {
	h := http.Header{}
	webhook.Sign(h, "secret", time.Unix(1700000000, 0), []byte("{}"))
	require.Equal(t, "1700000000", h.Get("X-Holter-Timestamp"))
	require.Equal(t, "sha256=b8569b78799ff9e3cbff0fc2d63a33a2b57f3282abd07c37ae5e8e7d79a5f163", h.Get("X-Holter-Signature"))
}

func TestVerify(t *testing.T) {
	body := []byte(`{"a":1}`)
	for name, c := range map[string]struct {
		change func(http.Header)
		now    time.Time
		secret string
		body   string
		want   string
	}{
		"right":         {},
		"a bit late":    {now: now.Add(5 * time.Minute)},
		"late":          {now: now.Add(5*time.Minute + time.Second), want: "5m1s old"},
		"early":         {now: now.Add(-6 * time.Minute), want: "old"},
		"other secret":  {secret: "x", want: "the signature is wrong"},
		"changed body":  {body: `{"a":2}`, want: "the signature is wrong"},
		"changed time":  {change: func(h http.Header) { h.Set(webhook.HeaderTimestamp, fmt.Sprint(now.Unix()+1)) }, want: "the signature is wrong"},
		"no signature":  {change: func(h http.Header) { h.Del(webhook.HeaderSignature) }, want: "not signed"},
		"no time":       {change: func(h http.Header) { h.Del(webhook.HeaderTimestamp) }, want: "not signed"},
		"time in words": {change: func(h http.Header) { h.Set(webhook.HeaderTimestamp, "noon") }, want: "not in seconds"},
		"other scheme":  {change: func(h http.Header) { h.Set(webhook.HeaderSignature, "md5=00") }, want: "does not begin"},
		"empty":         {change: func(h http.Header) { h.Set(webhook.HeaderSignature, "sha256=") }, want: "does not begin"},
		"not hex":       {change: func(h http.Header) { h.Set(webhook.HeaderSignature, "sha256=zz") }, want: "not in hexadecimal"},
		"too short":     {change: func(h http.Header) { h.Set(webhook.HeaderSignature, "sha256=00") }, want: "the signature is wrong"},
	} {
		t.Run(name, func(t *testing.T) {
			h := http.Header{}
			webhook.Sign(h, "s", now, body)
			at, secret, got := now, "s", body
			if c.change != nil {
				c.change(h)
			}
			if !c.now.IsZero() {
				at = c.now
			}
			if c.secret != "" {
				secret = c.secret
			}
			if c.body != "" {
				got = []byte(c.body)
			}
			err := webhook.Verify(h, secret, at, 5*time.Minute, got)
			if c.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, c.want)
		})
	}
}

func TestReceiver(t *testing.T) {
	var taken []string
	fail := false
	server := httptest.NewServer(webhook.NewReceiver("s", func() time.Time { return now }, func(m webhook.Message) error {
		if fail {
			return errors.New("disk full")
		}
		taken = append(taken, m.ID)
		return nil
	}))
	defer server.Close()
	send := func(method, secret string, body []byte) int {
		req, err := http.NewRequest(method, server.URL, bytes.NewReader(body))
		require.NoError(t, err)
		webhook.Sign(req.Header, secret, now, body)
		res, err := server.Client().Do(req)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		return res.StatusCode
	}
	body, err := webhook.Encode(webhook.Message{ID: "n1", Alert: example()})
	require.NoError(t, err)
	require.Equal(t, http.StatusMethodNotAllowed, send(http.MethodPut, "s", body))
	require.Equal(t, http.StatusUnauthorized, send(http.MethodPost, "wrong", body))
	require.Equal(t, http.StatusBadRequest, send(http.MethodPost, "s", []byte("{")))
	require.Equal(t, http.StatusBadRequest, send(http.MethodPost, "s", []byte(`{"version":2,"id":"x"}`)))
	require.Equal(t, http.StatusRequestEntityTooLarge, send(http.MethodPost, "s", []byte(strings.Repeat(" ", 2<<20))))
	fail = true
	require.Equal(t, http.StatusInternalServerError, send(http.MethodPost, "s", body))
	fail = false
	require.Empty(t, taken)
	require.Equal(t, http.StatusNoContent, send(http.MethodPost, "s", body))
	require.Equal(t, http.StatusNoContent, send(http.MethodPost, "s", body))
	require.Equal(t, []string{"n1"}, taken)
}

func TestReceiverForgetsTheOldest(t *testing.T) {
	taken := map[string]int{}
	r := webhook.NewReceiver("", time.Now, func(m webhook.Message) error { taken[m.ID]++; return nil })
	send := func(id string) {
		body, err := webhook.Encode(webhook.Message{ID: id, Alert: example()})
		require.NoError(t, err)
		w := httptest.NewRecorder()
		r.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body)))
		require.Equal(t, http.StatusNoContent, w.Code)
	}
	for i := range 10001 {
		send(fmt.Sprint(i))
	}
	send("0")
	send("10000")
	require.Equal(t, 2, taken["0"])
	require.Equal(t, 1, taken["10000"])
}

func FuzzDecode(f *testing.F) {
	body, err := webhook.Encode(webhook.Message{ID: "n1", Alert: example()})
	require.NoError(f, err)
	f.Add(body)
	f.Add([]byte(`{"version":1,"id":"x","alert":{"priority":"none"}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		m, err := webhook.Decode(body)
		if err == nil {
			require.NotEmpty(t, m.ID)
		}
	})
}
