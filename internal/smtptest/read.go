package smtptest

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Message is an e-mail, taken apart.
type Message struct {
	Header mail.Header
	// Structure is such as "related(alternative(plain html) png)".
	Structure string
	Leaves    []Leaf
}

// Leaf is a part that holds no others, decoded.
type Leaf struct {
	Type, Disposition, ID string
	Body                  []byte
}

// Read takes an e-mail apart.
func Read(t testing.TB, m Mail) *Message {
	t.Helper()
	parsed, err := mail.ReadMessage(bytes.NewReader(m.Raw))
	require.NoError(t, err)
	out := &Message{Header: parsed.Header}
	out.Structure = out.walk(t, parsed.Header.Get, parsed.Body)
	return out
}

func (m *Message) walk(t testing.TB, get func(string) string, body io.Reader) (structure string) {
	t.Helper()
	kind, params, err := mime.ParseMediaType(get("Content-Type"))
	require.NoError(t, err)
	_, name, _ := strings.Cut(kind, "/")
	if strings.HasPrefix(kind, "multipart/") {
		var inner []string
		for reader := multipart.NewReader(body, params["boundary"]); ; {
			p, err := reader.NextRawPart()
			if errors.Is(err, io.EOF) {
				return name + "(" + strings.Join(inner, " ") + ")"
			}
			require.NoError(t, err)
			inner = append(inner, m.walk(t, p.Header.Get, p))
		}
	}
	switch get("Content-Transfer-Encoding") {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	}
	content, err := io.ReadAll(body)
	require.NoError(t, err)
	disposition, _, _ := mime.ParseMediaType(get("Content-Disposition"))
	m.Leaves = append(m.Leaves, Leaf{kind, disposition, get("Content-ID"), content})
	return name
}
