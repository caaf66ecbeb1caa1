package web

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func answerTo(t *testing.T, h http.Handler, change func(*http.Request)) (*httptest.ResponseRecorder, string) {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "http://localhost:8088/v1/x", strings.NewReader(`{"by":"ann"}`))
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	change(r)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w, w.Body.String()
}

func TestGuard(t *testing.T) {
	h := Guard(Handler(func(w http.ResponseWriter, r *http.Request) error {
		var body struct{ By string }
		if err := Decode(r, &body); err != nil {
			return err
		}
		return JSON(w, http.StatusOK, body.By)
	}), HostsFor("127.0.0.1:8088", nil))
	for name, c := range map[string]struct {
		change func(*http.Request)
		status int
		text   string
	}{
		"good":         {func(*http.Request) {}, 200, `"ann"`},
		"other name":   {func(r *http.Request) { r.Host = "evil.example:8088" }, 421, "console.hosts"},
		"by number":    {func(r *http.Request) { r.Host = "[::1]:8088" }, 200, `"ann"`},
		"form":         {func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }, 415, "send application/json"},
		"other origin": {func(r *http.Request) { r.Header.Set("Origin", "http://evil.example") }, 403, "own page"},
		"own origin":   {func(r *http.Request) { r.Header.Set("Origin", "http://localhost:8088") }, 200, `"ann"`},
		"unknown key":  {func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader(`{"x":1}`)) }, 400, "openapi.yaml"},
		"two objects":  {func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader(`{} {}`)) }, 400, "one JSON object"},
		"endless": {func(r *http.Request) {
			r.Body = io.NopCloser(strings.NewReader(`{"by":"` + strings.Repeat("x", maxBody)))
		}, 413, "send less"},
		"read by other": {func(r *http.Request) { r.Method = http.MethodGet; r.Header.Del("Content-Type") }, 200, `"ann"`},
	} {
		answer, text := answerTo(t, h, c.change)
		require.Equal(t, c.status, answer.Code, "%s: %s", name, text)
		require.Contains(t, text, c.text, name)
		require.Equal(t, "nosniff", answer.Header().Get("X-Content-Type-Options"))
		require.Contains(t, answer.Header().Get("Content-Security-Policy"), "default-src 'self'")
	}
}

func TestHosts(t *testing.T) {
	require.Empty(t, HostsFor("0.0.0.0:8088", nil), "any name")
	require.Contains(t, HostsFor("0.0.0.0:8088", []string{"Holter.example"}), "holter.example")
	require.True(t, Loopback("[::1]:1"))
	require.True(t, Loopback("localhost:1"))
	require.False(t, Loopback("0.0.0.0:1"))
	require.False(t, Loopback(":1"))
}

func TestFailuresAreJSON(t *testing.T) {
	for status, failure := range map[int]error{502: errors.New("no route"), 504: context.DeadlineExceeded, 404: NotFound("look", "gone")} {
		answer, text := answerTo(t, Handler(func(http.ResponseWriter, *http.Request) error { return failure }), func(*http.Request) {})
		require.Equal(t, status, answer.Code)
		var e Error
		require.NoError(t, json.Unmarshal([]byte(text), &e))
		require.Equal(t, failure.Error(), e.Text)
		require.NotEmpty(t, e.Remedy)
	}
}

// TestEventsOutliveTheWriteTimeout has a server that allows answers 100 ms.
func TestEventsOutliveTheWriteTimeout(t *testing.T) {
	events := make(chan Event)
	gone := make(chan struct{})
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ServeEvents(t.Context(), w, r, events, func() Closed { return Closed{"too slow", "connect again"} })
		close(gone)
	}))
	server.Config.WriteTimeout = 100 * time.Millisecond
	server.Start()
	defer server.Close()
	answer, err := server.Client().Get(server.URL)
	require.NoError(t, err)
	defer answer.Body.Close()
	lines := bufio.NewScanner(answer.Body)
	for i := range 3 {
		time.Sleep(80 * time.Millisecond)
		events <- Event{"alert", []byte{'0' + byte(i)}}
	}
	close(events)
	var got []string
	for lines.Scan() {
		got = append(got, lines.Text())
	}
	require.NoError(t, lines.Err())
	text := strings.Join(got, "\n")
	require.Contains(t, text, "event: alert\ndata: 2\n")
	require.Contains(t, text, `event: closed`+"\n"+`data: {"error":"too slow","remedy":"connect again"}`)
	<-gone
}

func TestEventsEndWithTheViewer(t *testing.T) {
	gone := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ServeEvents(t.Context(), w, r, make(chan Event), nil)
		close(gone)
	}))
	defer server.Close()
	answer, err := server.Client().Get(server.URL)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	<-gone
}

func TestALongAnswerIsNotCutOff(t *testing.T) {
	server := httptest.NewUnstartedServer(Streaming(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		time.Sleep(150 * time.Millisecond)
		_, _ = io.WriteString(w, "done")
	})))
	server.Config.WriteTimeout = 50 * time.Millisecond
	server.Start()
	defer server.Close()
	answer, err := server.Client().Get(server.URL)
	require.NoError(t, err)
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, "done", string(text))
}
