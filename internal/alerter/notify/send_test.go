package notify_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/alerter/notify"
	"github.com/holterd/holter/internal/alerter/state"
	"github.com/holterd/holter/internal/config"
	"github.com/holterd/holter/internal/webhook"
)

func notification() notify.Message {
	return notify.Message{Notification: state.Notification{ID: "n1", Attempts: 2, Alert: alert.Alert{
		ID: "a1", Rule: "run", Patient: "p1", Device: "d1", Title: "Run", Message: "Three in a row.",
		Priority: alert.High, Class: alert.Physiological, State: alert.Triggered,
	}}}
}

func TestWebhookIsSignedAndTaken(t *testing.T) {
	var got []webhook.Message
	receiver := webhook.NewReceiver("secret", time.Now, func(m webhook.Message) error { got = append(got, m); return nil })
	var header http.Header
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header = r.Header
		receiver.ServeHTTP(w, r)
	}))
	defer server.Close()
	retry, err := notify.NewWebhook(server.URL, "secret").Notify(t.Context(), notification())
	require.NoError(t, err)
	require.False(t, retry)
	require.Len(t, got, 1)
	require.Contains(t, got[0].Text, "Three in a row.\nWho: patient p1, device d1\n")
	got[0].Text = ""
	require.Equal(t, webhook.Message{Version: 1, ID: "n1", Alert: notification().Alert, Title: "[HIGH] p1: Run"}, got[0])
	require.Equal(t, "n1", header.Get("X-Holter-Id"))
	require.Equal(t, "3", header.Get("X-Holter-Attempt"))
	require.Equal(t, "application/json", header.Get("Content-Type"))

	retry, err = notify.NewWebhook(server.URL, "another").Notify(t.Context(), notification())
	require.ErrorContains(t, err, "401 Unauthorized")
	require.ErrorContains(t, err, "the signature is wrong")
	require.True(t, retry, "an operator can mend that")
	_, err = notify.NewWebhook(server.URL, "").Notify(t.Context(), notification())
	require.ErrorContains(t, err, "not signed")
}

func TestWebhookAnswers(t *testing.T) {
	for status, want := range map[int]struct{ ok, retry bool }{
		200: {ok: true}, 202: {ok: true}, 204: {ok: true},
		302: {retry: true}, 400: {}, 401: {retry: true}, 404: {retry: true}, 408: {retry: true}, 410: {}, 413: {},
		415: {}, 422: {}, 429: {retry: true}, 500: {retry: true}, 502: {retry: true}, 503: {retry: true},
	} {
		called := 0
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			called++
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(status)
			_, _ = io.WriteString(w, strings.Repeat("x", 5000))
		}))
		retry, err := notify.NewWebhook(server.URL, "s").Notify(t.Context(), notification())
		server.Close()
		require.Equal(t, want.ok, err == nil, status)
		require.Equal(t, want.retry, retry, status)
		require.Equal(t, 1, called, "%d: redirects are not followed", status)
		if err != nil {
			require.Less(t, len(err.Error()), 400)
		}
	}
}

func TestErrorsHoldNoSecrets(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	retry, err := notify.NewWebhook("http://user:hunter2@127.0.0.1:1/hook/token-in-path?key=token-in-query", "").Notify(ctx, notification())
	require.Error(t, err)
	require.True(t, retry)
	require.NotContains(t, err.Error(), "token")
	require.NotContains(t, err.Error(), "hunter2")

	for _, raw := range []string{
		"ntfy://user:hunter2@127.0.0.1:1/token-in-path?scheme=http",
		"generic://127.0.0.1:1/token-in-path?disabletls=yes&key=token-in-query",
	} {
		n, _, err := notify.NewService(raw)
		require.NoError(t, err)
		_, err = n.Notify(ctx, notification())
		require.Error(t, err)
		require.NotContains(t, err.Error(), "token")
		require.NotContains(t, err.Error(), "hunter2")
	}
	for _, raw := range []string{"slack://hook:token-token-token@webhook/extra", "ntfy://user:hunter2@host", "smtp://user:hunter2@host:bad/", "nothing", "carrier-pigeon://token-in-host/"} {
		_, _, err := notify.NewService(raw)
		require.Error(t, err, raw)
		require.NotContains(t, err.Error(), "token", raw)
		require.NotContains(t, err.Error(), "hunter2", raw)
	}
}

func TestNtfy(t *testing.T) {
	var header http.Header
	var body, path string
	status := http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		header, body, path = r.Header, string(text), r.URL.Path
		w.WriteHeader(status)
		_, _ = io.WriteString(w, `{"id":"x"}`)
	}))
	defer server.Close()
	url := "ntfy://" + server.Listener.Addr().String() + "/ward-3?scheme=http"
	n, scheme, err := notify.NewService(url)
	require.NoError(t, err)
	require.Equal(t, "ntfy", scheme)
	retry, err := n.Notify(t.Context(), notification())
	require.NoError(t, err)
	require.False(t, retry)
	require.Equal(t, "/ward-3", path)
	require.Equal(t, "[HIGH] p1: Run", header.Get("Title"))
	require.Equal(t, "Max", header.Get("Priority"))
	require.Contains(t, body, "Three in a row.")
	require.NotContains(t, body, "[HIGH]")

	low := notification()
	low.Alert.Priority = alert.Low
	_, err = n.Notify(t.Context(), low)
	require.NoError(t, err)
	require.Equal(t, "Default", header.Get("Priority"), "what one message sets does not stay for the next")

	own, _, err := notify.NewService(url + "&priority=min&title=Holter")
	require.NoError(t, err)
	_, err = own.Notify(t.Context(), notification())
	require.NoError(t, err)
	require.Equal(t, "Min", header.Get("Priority"), "what the URL says counts")
	require.Equal(t, "Holter", header.Get("Title"))
	require.Contains(t, body, "[HIGH] p1: Run\n")

	status = http.StatusInternalServerError
	retry, err = n.Notify(t.Context(), notification())
	require.Error(t, err)
	require.True(t, retry)
}

func TestGeneric(t *testing.T) {
	var got map[string]string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		require.NoError(t, json.NewDecoder(r.Body).Decode(&got))
	}))
	defer server.Close()
	n, _, err := notify.NewService("generic://" + server.Listener.Addr().String() + "/in?disabletls=yes&template=json")
	require.NoError(t, err)
	_, err = n.Notify(t.Context(), notification())
	require.NoError(t, err)
	require.Contains(t, got["message"], "Three in a row.")
	require.Contains(t, got["title"]+got["message"], "[HIGH] p1: Run")
}

func TestServiceThatDoesNotAnswer(t *testing.T) {
	hang := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-hang }))
	defer server.Close()
	defer close(hang)
	n, _, err := notify.NewService("ntfy://" + server.Listener.Addr().String() + "/t?scheme=http")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	retry, err := n.Notify(ctx, notification())
	require.ErrorContains(t, err, "no answer yet")
	require.True(t, retry)
}

func TestTargets(t *testing.T) {
	targets, told, err := notify.Targets(config.Alerter{
		Webhooks: []config.Webhook{{URL: "https://a.example/in?token=1"}, {URL: "https://a.example/in?token=2"}},
		URLs:     []string{"ntfy://ntfy.example/topic", "generic+https://b.example/x"},
	})
	require.NoError(t, err)
	require.Len(t, targets, 4)
	require.Len(t, told, 4)
	require.Regexp(t, `^webhook a\.example \([0-9a-f]{8}\)$`, targets[0].Name)
	require.Regexp(t, `^ntfy \([0-9a-f]{8}\)$`, targets[2].Name)
	require.Regexp(t, `^generic \([0-9a-f]{8}\)$`, targets[3].Name)
	require.NotEqual(t, targets[0].Name, targets[1].Name)

	_, _, err = notify.Targets(config.Alerter{
		Webhooks: []config.Webhook{{URL: "http://x"}, {URL: "http://x"}, {URL: "http://\x00"}},
		URLs:     []string{"smtp://host"},
	})
	require.ErrorContains(t, err, "alerter.webhooks[1]: is given twice")
	require.ErrorContains(t, err, "alerter.webhooks[2]: url is no URL")
	require.ErrorContains(t, err, "alerter.urls[0]: is no URL that smtp can use")
}

func TestNtfyAttachesThePicture(t *testing.T) {
	var req *http.Request
	var body []byte
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		req = r
		body, _ = io.ReadAll(r.Body)
		if r.Header.Get("Filename") != "" && r.URL.Path == "/no-files" {
			http.Error(w, `{"code":40014,"error":"invalid request: attachments not allowed"}`, http.StatusBadRequest)
		}
	}))
	defer server.Close()
	at := "ntfy://user:hunter22@" + server.Listener.Addr().String()
	n, _, err := notify.NewService(at + "/ward-3?scheme=http")
	require.NoError(t, err)
	m := notification()
	m.Picture, m.Link = drawing(t), "https://holter.example/alerts/acknowledge?t=a"
	m.Alert.Title, m.Alert.Message = "Kammerflattern, wählen", "First line.\nSecond\x00 line."
	_, err = n.Notify(t.Context(), m)
	require.NoError(t, err)
	require.Equal(t, http.MethodPut, req.Method)
	require.Equal(t, m.Picture, body)
	require.Equal(t, "strip.png", req.Header.Get("Filename"))
	require.Equal(t, "[HIGH] p1: Kammerflattern, wählen", req.Header.Get("Title"))
	require.True(t, strings.HasPrefix(req.Header.Get("Message"), `First line.\nSecond  line.\nWho: patient p1, device d1\n`), "ntfy makes lines of it")
	user, password, _ := req.BasicAuth()
	require.Equal(t, "user hunter22", user+" "+password)
	var buttons []map[string]any
	require.NoError(t, json.Unmarshal([]byte(req.Header.Get("Actions")), &buttons))
	require.Equal(t, []map[string]any{
		{"action": "http", "label": "Acknowledge", "url": m.Link, "method": "POST", "clear": true},
		{"action": "view", "label": "Open", "url": m.Link},
	}, buttons)

	strict, _, err := notify.NewService(at + "/no-files?scheme=http")
	require.NoError(t, err)
	retry, err := strict.Notify(t.Context(), m)
	require.ErrorContains(t, err, "attachments not allowed")
	require.True(t, retry)
}

func TestWebhookHasThePicture(t *testing.T) {
	var got webhook.Message
	server := httptest.NewServer(webhook.NewReceiver("", time.Now, func(m webhook.Message) error { got = m; return nil }))
	defer server.Close()
	m := notification()
	m.Picture, m.Rhythm = drawing(t), "heart rate 74 per minute"
	_, err := notify.NewWebhook(server.URL, "").Notify(t.Context(), m)
	require.NoError(t, err)
	require.Equal(t, m.Picture, got.Picture)
	require.Equal(t, m.Rhythm, got.Rhythm)
	require.Contains(t, got.Text, "Rhythm: heart rate 74 per minute")
	m.Picture, m.Missing = nil, "no lead had contact"
	m.ID = "n2"
	_, err = notify.NewWebhook(server.URL, "").Notify(t.Context(), m)
	require.NoError(t, err)
	require.Equal(t, "no lead had contact", got.PictureMissing)
}
