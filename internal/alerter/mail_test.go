package alerter_test

import (
	"bytes"
	"image/png"
	"mime"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/holterd/holter/internal/alerter"
	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/archive/archivetest"
	"github.com/holterd/holter/internal/config"
	"github.com/holterd/holter/internal/kafka"
	"github.com/holterd/holter/internal/smtptest"
	"github.com/holterd/holter/pkg/ecg"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

const byMail = `
version: 1
policy: two
policies: [{name: two, steps: [{tell: [ann]}, {after: 2m, tell: [ben]}]}]
people: [{name: ann, zone: Europe/Berlin, channels: [ann]}, {name: ben, channels: [ben]}]
rules:
  - {name: run, priority: high, run: {kinds: [V], at_least: 3}}
  - {name: symptom, priority: medium, button: {}}
`

// mailed gives the system two people with a mailbox each and links that are
// answered.
func (s *system) mailed() (ann, ben *smtptest.Mailbox, serve func(*alerter.Service)) {
	ann, ben = smtptest.New(s.t), smtptest.New(s.t)
	s.cfg.Alerter.Webhooks = nil
	s.cfg.Alerter.Channels = []config.Channel{
		{Name: "ann", URL: "smtp://" + ann.Addr + "/?from=holter@example.org&to=ann@example.org"},
		{Name: "ben", URL: "smtp://" + ben.Addr + "/?from=holter@example.org&to=ben@example.org"},
	}
	require.NoError(s.t, os.WriteFile(s.cfg.Alerter.Rules, []byte(byMail), 0o600))
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	s.t.Cleanup(server.Close)
	s.cfg.Alerter.PublicURL, s.cfg.Alerter.LinkSecret = server.URL, strings.Repeat("x", 32)
	return ann, ben, func(service *alerter.Service) {
		for pattern, h := range service.Routes() {
			mux.Handle(pattern, h)
		}
	}
}

// signalFor keeps half a minute of signal around what runOf writes.
func (s *system) signalFor(patient string, number int) {
	s.t.Helper()
	s.cfg.Archive.Folder = s.t.TempDir()
	cfg := ecg.DefaultSimConfig()
	cfg.Rate, cfg.Duration, cfg.Start = 125, 30*time.Second, time.Unix(1700000000, 0).Add(time.Duration(number)*time.Minute-15*time.Second)
	rec, _, err := ecg.Simulate(cfg)
	require.NoError(s.t, err)
	archivetest.Fill(s.t, s.cfg.Archive.Folder, patient, "d-"+patient, rec)
}

var acknowledge = regexp.MustCompile(`Acknowledge: (\S+)`)

// An alert reaches a mailbox with the strip in it; its link works once.
func TestFromEventToMailboxAndBack(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	ann, ben, serve := s.mailed()
	s.signalFor("p", 1)
	service, stop := s.start()
	defer stop()
	serve(service)
	s.runOf("p", 1, 3)
	s.eventually("mail", func() bool { return len(ann.Mails()) == 1 })
	mail := smtptest.Read(t, ann.Mails()[0])
	require.Equal(t, "related(alternative(plain html) png)", mail.Structure)
	subject, err := new(mime.WordDecoder).DecodeHeader(mail.Header.Get("Subject"))
	require.NoError(t, err)
	require.Equal(t, "[HIGH] p: Run: Premature ventricular contraction", subject)
	text := string(mail.Leaves[0].Body)
	require.Contains(t, text, "Who: patient p, device d-p\r\nWhen: 2023-11-14 23:14:20 to 23:14:21 CET (Europe/Berlin)\r\nHow sure: very likely, 90 % by the model")
	img, err := png.Decode(bytes.NewReader(mail.Leaves[2].Body))
	require.NoError(t, err)
	require.Greater(t, img.Bounds().Dx(), 1000)

	link := acknowledge.FindStringSubmatch(text)[1]
	require.Contains(t, string(mail.Leaves[1].Body), `href="`+link+`"`)
	s.eventually("published", func() bool { return len(s.published()) == 1 })
	var shown string
	s.eventually("the page with a picture, which a busy machine may not draw in time at first", func() bool {
		var status int
		status, shown = ask(t, http.MethodGet, link)
		require.Equal(t, http.StatusOK, status)
		return strings.Contains(shown, `src="data:image/png;base64,`)
	})
	require.Contains(t, shown, "Acknowledge as ann")
	require.Contains(t, shown, "2023-11-14 23:14:20 CET")
	status, _ := ask(t, http.MethodPost, link)
	require.Equal(t, http.StatusOK, status)
	s.eventually("acknowledged", func() bool { return alert.FromProto(s.published()[0]).State == alert.Acknowledged })
	status, _ = ask(t, http.MethodPost, link)
	require.Equal(t, http.StatusGone, status)
	require.Equal(t, 1, alert.FromProto(s.published()[0]).Escalated)
	require.Empty(t, ben.Mails())
	require.Len(t, ann.Mails(), 1)
}

// Without an archive, a message says so and goes all the same. A press of the
// button waits a while for its analysis, and says what it knows.
func TestMessagesWithoutTheirPicture(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	ann, _, _ := s.mailed()
	s.cfg.Archive.Folder += "/none"
	_, stop := s.start()
	defer stop()
	s.runOf("p", 1, 3)
	s.eventually("mail", func() bool { return len(ann.Mails()) == 1 })
	mail := smtptest.Read(t, ann.Mails()[0])
	require.Equal(t, "alternative(plain html)", mail.Structure)
	require.Contains(t, string(mail.Leaves[0].Body), "No picture of the signal: the archive of the signal cannot be read")
}

func TestSymptomButtonTellsTheRhythm(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	ann, _, _ := s.mailed()
	s.signalFor("p", 1)
	_, stop := s.start()
	defer stop()
	pressed := time.Unix(1700000060, 0)
	s.write(kafka.TopicStatus, "p", &holterv1.DeviceSignal{Signal: &holterv1.DeviceSignal_Status{Status: &holterv1.DeviceStatus{
		Device: "d-p", Patient: "p", Online: true, LastSampleTimeNs: proto.Int64(pressed.Add(10 * time.Second).UnixNano()),
	}}})
	s.write(kafka.TopicStatus, "p", &holterv1.DeviceSignal{Signal: &holterv1.DeviceSignal_Button{Button: &holterv1.ButtonPress{
		Device: "d-p", Patient: "p", TimeNs: pressed.UnixNano(), Note: "dizzy",
	}}})
	s.eventually("mail", func() bool {
		// Again and again: what is said of a device before it was heard is not kept.
		s.write(kafka.TopicProgress, "p", &holterv1.Progress{Patient: "p", Device: "d-p", Recording: "r", AnalysedUntilNs: pressed.Add(8 * time.Second).UnixNano()})
		return len(ann.Mails()) == 1
	})
	mail := smtptest.Read(t, ann.Mails()[0])
	require.Equal(t, "related(alternative(plain html) png)", mail.Structure)
	text := string(mail.Leaves[0].Body)
	require.Contains(t, text, "Note: dizzy.")
	require.Regexp(t, `Rhythm: heart rate (6|7)\d per minute; `, text)
}

func TestTestMessage(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	ann, ben, _ := s.mailed()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	trials, err := alerter.Try(t.Context(), s.cfg, "ann", now)
	require.NoError(t, err)
	require.Equal(t, []alerter.Trial{{Target: "ann"}}, trials)
	mail := smtptest.Read(t, ann.Mails()[0])
	require.Equal(t, "[LOW] nobody: Test message", mail.Header.Get("Subject"))
	require.Contains(t, string(mail.Leaves[0].Body), "When: 2026-03-01 13:00:00 CET (Europe/Berlin)")
	_, err = png.Decode(bytes.NewReader(mail.Leaves[2].Body))
	require.NoError(t, err)
	require.Empty(t, ben.Mails())

	_, err = alerter.Try(t.Context(), s.cfg, "carl", now)
	require.ErrorContains(t, err, `"carl" is neither a person of the rules nor a channel; there are: ann, ben`)
	ben.Refuse("Test message")
	trials, err = alerter.Try(t.Context(), s.cfg, "ben", now)
	require.NoError(t, err)
	require.ErrorContains(t, trials[0].Err, "552")
}
