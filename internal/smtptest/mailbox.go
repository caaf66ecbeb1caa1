// Package smtptest is an SMTP server for tests, and reads the e-mails that it got.
package smtptest

import (
	"bytes"
	"errors"
	"io"
	"net"
	"slices"
	"sync"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"
)

// Password is that of every user.
const Password = "hunter22"

// Mailbox is a server that keeps what it gets.
type Mailbox struct {
	Addr string

	mu      sync.Mutex
	mails   []Mail // guarded by mu
	refuses string // guarded by mu
	user    string // guarded by mu
}

// Mail is an e-mail as it came.
type Mail struct {
	To  string
	Raw []byte
}

// New starts a server on a free port, until the test ends.
func New(t testing.TB) *Mailbox {
	t.Helper()
	box := &Mailbox{}
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &session{box: box}, nil }))
	server.AllowInsecureAuth = true
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	box.Addr = socket.Addr().String()
	go func() { _ = server.Serve(socket) }()
	t.Cleanup(func() { require.NoError(t, server.Close()) })
	return box
}

// Mails are those that came so far.
func (b *Mailbox) Mails() []Mail {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.mails)
}

// User is who logged in last.
func (b *Mailbox) User() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.user
}

// Refuse makes the server answer 552 to mails that hold the text.
func (b *Mailbox) Refuse(text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refuses = text
}

// session implements smtp.AuthSession.
type session struct {
	box *Mailbox
	to  string
}

func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if password != Password {
			return errors.New("wrong password")
		}
		s.box.mu.Lock()
		defer s.box.mu.Unlock()
		s.box.user = user
		return nil
	}), nil
}

func (s *session) Mail(string, *smtp.MailOptions) error { return nil }
func (s *session) Reset()                               { s.to = "" }
func (s *session) Logout() error                        { return nil }

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = to
	return nil
}

func (s *session) Data(r io.Reader) error {
	mail, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.box.mu.Lock()
	defer s.box.mu.Unlock()
	if s.box.refuses != "" && bytes.Contains(mail, []byte(s.box.refuses)) {
		return &smtp.SMTPError{Code: 552, EnhancedCode: smtp.EnhancedCode{5, 3, 4}, Message: "too big"}
	}
	s.box.mails = append(s.box.mails, Mail{s.to, mail})
	return nil
}
