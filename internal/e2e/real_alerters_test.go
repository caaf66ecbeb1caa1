package e2e

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/internal/smtptest"
	"github.com/holterd/holter/internal/webhook"
)

// lastStep is what an acknowledged alert never comes to.
const lastStep = 20 * time.Second

// escalating are rules by which every patient of these tests has one alert.
var escalating = fmt.Sprintf(`
version: 1
delivery: {first_retry: 200ms, longest_wait: 500ms}
policy: steps
policies: [{name: steps, steps: [{tell: [ann, joe]}, {after: 10s, tell: [ben]}, {after: %s, tell: [dora]}]}]
people:
  - {name: ann, channels: [ann]}
  - {name: joe, channels: [joe]}
  - {name: ben, channels: [ben]}
  - {name: dora, channels: [dora]}
rules: [{name: beats, priority: high, count: {kinds: [V], at_least: 3, within: 1h}}]
`, lastStep)

// people are those who are told: ann, joe and dora by webhooks, ben by e-mail.
type people struct {
	ann, joe, dora *webhookInbox
	ben            *smtptest.Mailbox
}

func newPeople(t *testing.T) *people {
	return &people{newWebhookInbox(t), newWebhookInbox(t), newWebhookInbox(t), smtptest.New(t)}
}

// channels are the configuration's.
func (p *people) channels() string {
	return fmt.Sprintf(`[{name: ann, url: %q, secret: s}, {name: joe, url: %q, secret: s}, {name: dora, url: %q, secret: s}, {name: ben, url: %q}]`,
		p.ann.url, p.joe.url, p.dora.url, "smtp://"+p.ben.Addr+"/?from=holter@example.org&to=ben@example.org")
}

// mails are the e-mails about a patient.
func (p *people) mails(t *testing.T, patient string) (subjects []string) {
	t.Helper()
	for _, m := range p.ben.Mails() {
		if subject := smtptest.Read(t, m).Header.Get("Subject"); strings.Contains(subject, patient) {
			subjects = append(subjects, subject)
		}
	}
	return subjects
}

// webhookInbox keeps every notification that it takes, also one that comes twice.
type webhookInbox struct {
	url string

	mu   sync.Mutex
	got  []webhook.Message // guarded by mu
	down bool              // guarded by mu; it takes none
}

func newWebhookInbox(t *testing.T) *webhookInbox {
	in := &webhookInbox{}
	server := httptest.NewServer(in)
	t.Cleanup(server.Close)
	in.url = server.URL
	return in
}

// ServeHTTP implements http.Handler.
func (in *webhookInbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err == nil {
		err = webhook.Verify(r.Header, "s", time.Now(), time.Minute, body)
	}
	m, decodeErr := webhook.Decode(body)
	in.mu.Lock()
	defer in.mu.Unlock()
	switch {
	case err != nil || decodeErr != nil:
		http.Error(w, "it is wrong", http.StatusBadRequest)
	case in.down:
		http.Error(w, "not now", http.StatusServiceUnavailable)
	default:
		in.got = append(in.got, m)
	}
}

func (in *webhookInbox) setDown(down bool) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.down = down
}

// states are the states of a patient's alert that were told.
func (in *webhookInbox) states(patient string) (states []string) {
	in.mu.Lock()
	defer in.mu.Unlock()
	for _, m := range in.got {
		if m.Alert.Patient == patient {
			states = append(states, m.Alert.State.String())
		}
	}
	return states
}

// tries is how often an alerter has tried to tell somebody, with an outcome that
// is in Kafka.
func (s *service) tries(ctx context.Context, person, outcome string) float64 {
	return metric(ctx, s.addr, fmt.Sprintf("holter_alerter_notifications_total{outcome=%q,target=%q}", outcome, person))
}

// requireEscalation kills the alerter that has told the first step of an
// escalation, while a notification of it waits for a receiver that is down, and
// requires that the other goes on until somebody acknowledges the alert. It
// returns when that was.
func (s *services) requireEscalation(ctx context.Context, t *testing.T, mqtt, path string) time.Time {
	t.Helper()
	const patient = "escalated"
	s.people.joe.setDown(true)
	var told, failed [2]float64
	for i, a := range s.alerters {
		told[i], failed[i] = a.tries(ctx, "ann", "sent"), a.tries(ctx, "joe", "failed")
	}
	player := replayed(t, mqtt, patient, path, start, "--speed", "max")
	holder := -1
	s.console.await(ctx, t, "the first step is told", func() bool {
		holder = slices.IndexFunc([]int{0, 1}, func(i int) bool {
			a := s.alerters[i]
			return a.tries(ctx, "ann", "sent") > told[i] && a.tries(ctx, "joe", "failed") > failed[i]
		})
		return holder >= 0
	})
	s.alerters[holder].kill()
	killed := time.Now()
	s.people.joe.setDown(false)
	require.Equal(t, []string{"triggered"}, s.people.ann.states(patient))
	require.Empty(t, s.people.mails(t, patient), "the alerter was killed too late")

	other := s.alerters[1-holder]
	other.await(ctx, t, "what was pending is told", func() bool { return len(s.people.joe.states(patient)) > 0 })
	pending := time.Since(killed)
	other.await(ctx, t, "the second step is told", func() bool { return len(s.people.mails(t, patient)) > 0 })
	t.Logf("the other alerter has told what was pending %.1f s after the kill, the second step after %.1f s", pending.Seconds(), time.Since(killed).Seconds())

	id := s.alert(ctx, t, patient).ID
	out, err := exec.CommandContext(ctx, filepath.Join(programs(t), "holter"), "alerts", "ack", id, "--by", "chris", "--config", s.config).CombinedOutput()
	require.NoError(t, err, "%s", out)
	other.await(ctx, t, "the console shows who has acknowledged", func() bool {
		a := s.alert(ctx, t, patient)
		return a.State == "acknowledged" && a.History[len(a.History)-1].By == "chris"
	})
	acknowledged := time.Now()
	require.Equal(t, 2, s.alert(ctx, t, patient).Escalated)
	s.alerters[holder].start(ctx, t)
	player.wait(ctx, t)
	return acknowledged
}

// requireNobodyElse requires that the escalation has stopped where it was
// acknowledged, that everybody was told once of each change, and that an alert that
// nobody acknowledges comes to its last step.
func (s *services) requireNobodyElse(ctx context.Context, t *testing.T, acknowledged time.Time) {
	t.Helper()
	s.console.await(ctx, t, "the last step of what nobody acknowledged", func() bool {
		return time.Since(acknowledged) > lastStep && len(s.people.dora.states("calm")) > 0
	})
	require.Empty(t, s.people.dora.states("escalated"))
	both := []string{"triggered", "acknowledged"}
	require.Equal(t, both, s.people.ann.states("escalated"))
	require.Equal(t, both, s.people.joe.states("escalated"))
	require.Len(t, s.people.mails(t, "escalated"), 2)
	for _, in := range []*webhookInbox{s.people.ann, s.people.joe, s.people.dora} {
		require.Equal(t, []string{"triggered"}, in.states("calm"))
	}
}
