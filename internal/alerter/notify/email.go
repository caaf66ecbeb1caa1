package notify

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"html/template"
	"os"
	"strings"
	"time"

	"github.com/nicholas-fedor/shoutrrr/pkg/services/email/smtp"
	"github.com/wneessen/go-mail"

	"github.com/holterd/holter/internal/alerter/alert"
)

// Email sends messages as text and as HTML with the picture in it. Its URL is that
// of the shoutrrr library, which itself sends no pictures.
type Email struct {
	config  smtp.Config
	subject bool // the URL sets it
	hide    *strings.Replacer
}

func newEmail(c smtp.Config, subject bool, hide *strings.Replacer) *Email {
	c.FixEmailTags()
	return &Email{config: c, subject: subject, hide: hide}
}

// Notify implements Notifier. Each recipient gets a message of their own. What a
// server refuses now an operator may mend, so every failure is tried again.
func (e *Email) Notify(ctx context.Context, m Message) (retry bool, err error) {
	var mails []*mail.Msg
	for _, to := range e.config.ToAddresses {
		one, err := e.mail(m, to)
		if err != nil {
			return false, fmt.Errorf("write an e-mail: %s", e.hide.Replace(err.Error()))
		}
		mails = append(mails, one)
	}
	client, err := mail.NewClient(e.config.Host, e.options(ctx)...)
	if err != nil {
		return false, fmt.Errorf("prepare e-mail: %s", e.hide.Replace(err.Error()))
	}
	err = await(ctx, func() error { return client.DialAndSendWithContext(ctx, mails...) })
	if err == nil {
		return false, nil
	}
	hidden := fmt.Errorf("send by smtp: %s", e.hide.Replace(err.Error()))
	if of := new(mail.SendError); errors.As(err, &of) && of.ErrorCode() >= 500 && of.Reason != mail.ErrSMTPRcptTo {
		return true, refusal{hidden}
	}
	return true, hidden
}

func (e *Email) options(ctx context.Context) []mail.Option {
	c := e.config
	timeout := c.Timeout
	if deadline, ok := ctx.Deadline(); ok {
		timeout = max(min(timeout, time.Until(deadline)), time.Millisecond)
	}
	all := []mail.Option{
		mail.WithPort(int(c.Port)), mail.WithTimeout(timeout),
		mail.WithTLSConfig(&tls.Config{ServerName: c.Host, MinVersion: tls.VersionTLS12, InsecureSkipVerify: c.SkipTLSVerify}), //nolint:gosec // the URL asks for it
	}
	host := c.ClientHost
	if host == "auto" {
		host, _ = os.Hostname()
	}
	if host != "" {
		all = append(all, mail.WithHELO(host))
	}
	switch {
	case c.Encryption == smtp.EncImplicitTLS || c.Encryption == smtp.EncAuto && c.Port == smtp.ImplicitTLSPort:
		all = append(all, mail.WithSSL())
	case !c.UseStartTLS:
		all = append(all, mail.WithTLSPolicy(mail.NoTLS))
	case c.RequireStartTLS:
		all = append(all, mail.WithTLSPolicy(mail.TLSMandatory))
	default:
		all = append(all, mail.WithTLSPolicy(mail.TLSOpportunistic))
	}
	auth := map[string]mail.SMTPAuthType{
		smtp.AuthPlain.String(): mail.SMTPAuthPlain, smtp.AuthCRAMMD5.String(): mail.SMTPAuthCramMD5, smtp.AuthOAuth2.String(): mail.SMTPAuthXOAUTH2,
	}
	if kind, ok := auth[c.Auth.String()]; ok {
		all = append(all, mail.WithSMTPAuth(kind), mail.WithUsername(c.Username), mail.WithPassword(c.Password))
	}
	return all
}

// mail writes the message to one recipient.
func (e *Email) mail(m Message, to string) (*mail.Msg, error) {
	l := compose(m)
	out := mail.NewMsg()
	if err := errors.Join(out.FromFormat(e.config.FromName, e.config.FromAddress), out.To(to)); err != nil {
		return nil, err
	}
	out.Subject(l.Title)
	body := l.text()
	if e.subject {
		out.Subject(e.config.Subject)
		body = l.Title + "\n" + body
	}
	out.SetDate()
	// The same in every try, so that a second copy can be known.
	sum := sha256.Sum256([]byte(m.ID + "\x00" + to))
	_, domain, _ := strings.Cut(e.config.FromAddress, "@")
	out.SetMessageIDWithValue("holter-" + hex.EncodeToString(sum[:12]) + "@" + domain)
	out.SetGenHeader("Auto-Submitted", "auto-generated")
	if m.Alert.Priority == alert.High && m.Alert.State == alert.Triggered {
		out.SetImportance(mail.ImportanceHigh)
	}
	out.SetBodyString(mail.TypeTextPlain, body)
	if err := out.AddAlternativeHTMLTemplate(page, l); err != nil {
		return nil, err
	}
	if m.Picture != nil {
		err := out.EmbedReader("strip.png", bytes.NewReader(m.Picture), mail.WithFileContentType("image/png"), mail.WithFileContentID("<strip@holter>"))
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

var page = template.Must(template.New("mail").Parse(`<!doctype html>
<html lang="en"><body style="font: 16px sans-serif; color: #1d1d2b">
<h1 style="font-size: 20px">{{.Title}}</h1>
<p>{{.What}}</p>
{{if .Picture}}<p><img src="cid:strip@holter" alt="The signal, with what was found marked" style="max-width: 100%; border: 1px solid #ccc"></p>
{{end}}{{if .Link}}<p><a href="{{.Link}}" style="display: inline-block; padding: 10px 18px; background: #1f5fa8; color: #fff; text-decoration: none">Acknowledge</a></p>
{{end}}<table cellpadding="4">
{{range .Facts}}<tr><th align="left" valign="top">{{.Label}}</th><td>{{.Text}}</td></tr>
{{end}}</table>
{{range .Also}}<p>Also {{.}}</p>
{{end}}<p style="color: #666; font-size: 13px">Not a medical device: for research and engineering.</p>
</body></html>
`))
