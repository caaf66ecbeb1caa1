package notify_test

import (
	"bytes"
	"context"
	"image/png"
	"mime"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/alerter/notify"
	"github.com/holterd/holter/internal/picture"
	"github.com/holterd/holter/internal/smtptest"
	"github.com/holterd/holter/pkg/ecg"
)

// drawing is a picture of a strip.
func drawing(t testing.TB) []byte {
	t.Helper()
	cfg := ecg.DefaultSimConfig()
	cfg.Duration = 10 * time.Second
	rec, _, err := ecg.Simulate(cfg)
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t, picture.PNGAt(&out, picture.Strip{Rate: rec.Rate, Leads: rec.Leads[:1]}, 50))
	return out.Bytes()
}

func TestEmail(t *testing.T) {
	box := smtptest.New(t)
	n, scheme, err := notify.NewService("smtp://user:hunter22@" + box.Addr + "/?from=holter@example.org&fromname=Holter&to=ann@example.org,bob@example.org")
	require.NoError(t, err)
	require.Equal(t, "smtp", scheme)
	m := notification()
	m.Link = "https://holter.example/alerts/acknowledge?t=a&b"
	m.Picture = drawing(t)
	m.Alert.Message = "Zeitüberschreitung <b> & 3 beats."
	retry, err := n.Notify(t.Context(), m)
	require.NoError(t, err)
	require.False(t, retry)
	mails := box.Mails()
	require.Equal(t, []string{"ann@example.org", "bob@example.org"}, []string{mails[0].To, mails[1].To})
	require.Equal(t, "user", box.User())

	one := smtptest.Read(t, mails[0])
	subject, err := new(mime.WordDecoder).DecodeHeader(one.Header.Get("Subject"))
	require.NoError(t, err)
	require.Equal(t, "[HIGH] p1: Run", subject)
	require.Equal(t, `"Holter" <holter@example.org>`, one.Header.Get("From"))
	require.Equal(t, "<ann@example.org>", one.Header.Get("To"))
	require.Equal(t, "high", strings.ToLower(one.Header.Get("Importance")))
	require.Equal(t, "auto-generated", one.Header.Get("Auto-Submitted"))
	require.Equal(t, "related(alternative(plain html) png)", one.Structure)
	require.Contains(t, string(one.Leaves[0].Body), "Zeitüberschreitung <b> & 3 beats.")
	require.Contains(t, string(one.Leaves[0].Body), "Acknowledge: "+m.Link)
	require.Contains(t, string(one.Leaves[1].Body), "Zeitüberschreitung &lt;b&gt; &amp; 3 beats.")
	require.Contains(t, string(one.Leaves[1].Body), `<img src="cid:strip@holter"`)
	require.Contains(t, string(one.Leaves[1].Body), `href="https://holter.example/alerts/acknowledge?t=a&amp;b"`)
	require.Equal(t, "inline", one.Leaves[2].Disposition)
	require.Equal(t, "<strip@holter>", one.Leaves[2].ID)
	require.Equal(t, m.Picture, one.Leaves[2].Body)
	_, err = png.Decode(bytes.NewReader(one.Leaves[2].Body))
	require.NoError(t, err)

	m.Picture, m.Missing = nil, "it was not ready in time"
	_, err = n.Notify(t.Context(), m)
	require.NoError(t, err)
	mails = box.Mails()
	two := smtptest.Read(t, mails[2])
	require.Equal(t, "alternative(plain html)", two.Structure)
	require.Contains(t, string(two.Leaves[0].Body), "No picture of the signal: it was not ready in time")
	require.NotContains(t, string(two.Leaves[1].Body), "<img")
	require.Equal(t, one.Header.Get("Message-ID"), two.Header.Get("Message-ID"), "the same in every try")
}

func TestEmailThatIsNotTaken(t *testing.T) {
	box := smtptest.New(t)
	to := "?from=holter@example.org&to=ann@example.org"
	wrong, _, err := notify.NewService("smtp://user:hunter33@" + box.Addr + "/" + to)
	require.NoError(t, err)
	retry, err := wrong.Notify(t.Context(), notification())
	require.ErrorContains(t, err, "send by smtp")
	require.NotContains(t, err.Error(), "hunter33")
	require.True(t, retry)

	strict, _, err := notify.NewService("smtp://" + box.Addr + "/" + to + "&requirestarttls=yes")
	require.NoError(t, err)
	_, err = strict.Notify(t.Context(), notification())
	require.ErrorContains(t, err, "STARTTLS")

	own, _, err := notify.NewService("smtp://" + box.Addr + "/" + to + "&subject=Ward")
	require.NoError(t, err)
	low := notification()
	low.Alert.Priority = alert.Low
	_, err = own.Notify(t.Context(), low)
	require.NoError(t, err)
	mails := box.Mails()
	one := smtptest.Read(t, mails[0])
	require.Equal(t, "Ward", one.Header.Get("Subject"), "what the URL says counts")
	require.Empty(t, one.Header.Get("Importance"))
	require.True(t, strings.HasPrefix(string(one.Leaves[0].Body), "[LOW] p1: Run"))

	// A server that accepts the connection and says nothing.
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = silent.Close() }()
	n, _, err := notify.NewService("smtp://" + silent.Addr().String() + "/" + to)
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	retry, err = n.Notify(ctx, notification())
	require.Error(t, err)
	require.True(t, retry)
}
