package alerter_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/internal/alerter/alert"
)

func ask(t *testing.T, method, url string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	require.NoError(t, err)
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res.StatusCode, string(text)
}

func TestAcknowledgeLink(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	ann, _ := s.people()
	var handler http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	defer server.Close()
	s.cfg.Alerter.PublicURL, s.cfg.Alerter.LinkSecret = server.URL, strings.Repeat("x", 32)
	service, stop := s.start()
	defer stop()
	mux := http.NewServeMux()
	for pattern, h := range service.Routes() {
		mux.Handle(pattern, h)
	}
	handler = mux
	s.runOf("p", 1, 3)
	s.eventually("told", func() bool { return len(ann.messages()) == 1 })
	link := ann.messages()[0].Link
	require.Contains(t, link, server.URL+"/alerts/acknowledge?t=")
	s.eventually("published", func() bool { return len(s.published()) == 1 })

	status, text := ask(t, http.MethodGet, link)
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, text, "Acknowledge as ann")
	require.Contains(t, text, "p: Run: Premature ventricular contraction")
	status, _ = ask(t, http.MethodPost, link[:len(link)-4]+"AAAA")
	require.Equal(t, http.StatusForbidden, status)
	require.Equal(t, alert.Triggered, alert.FromProto(s.published()[0]).State, "looking does not acknowledge")

	status, text = ask(t, http.MethodPost, link)
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, text, "Acknowledged.")
	s.eventually("acknowledged", func() bool { return alert.FromProto(s.published()[0]).State == alert.Acknowledged })
	status, text = ask(t, http.MethodPost, link)
	require.Equal(t, http.StatusGone, status)
	require.Contains(t, text, "This link was used")
}

// A changed file of rules is in force without a start; one with mistakes is not.
func TestRulesAreReloaded(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	_, stop := s.start()
	defer stop()
	require.NoError(t, os.WriteFile(s.cfg.Alerter.Rules, []byte("version: 1\nrules: [{name: run}]\n"), 0o600))
	time.Sleep(3 * time.Second)
	s.runOf("p", 1, 3)
	s.eventually("the former rules go on", func() bool { return len(s.receiver.messages()) == 1 })
	changed := strings.Replace(rules, "at_least: 3", "at_least: 2", 1)
	require.NoError(t, os.WriteFile(s.cfg.Alerter.Rules, []byte(changed), 0o600))
	s.eventually("the changed rules are in force", func() bool {
		s.runOf("q", 1, 2)
		s.runOf("q", int(time.Now().UnixNano()%1e6)+2, 2)
		return len(s.receiver.messages()) >= 2
	})
}
