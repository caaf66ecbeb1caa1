// Package link makes and reads the links by which somebody acknowledges an alert
// with one tap: what the link allows, and until when, is signed, so that it needs
// no login and nobody can make one. It decides nothing.
package link

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Grant is what a link allows: to acknowledge one alert, once.
type Grant struct {
	// ID is the id of the command that the link gives, so that it counts once.
	ID      string    `json:"i"`
	Patient string    `json:"p"`
	Alert   string    `json:"a"`
	By      string    `json:"b"` // whom the link was sent to
	Expires time.Time `json:"e"`
}

// Errors of Open.
var (
	ErrForged  = errors.New("the link was not made here, or is incomplete")
	ErrExpired = errors.New("the link has expired")
)

// Signer makes and reads links under a secret that all alerters share.
type Signer struct{ secret []byte }

// NewSigner returns a signer.
func NewSigner(secret string) Signer { return Signer{[]byte(secret)} }

// Sign writes a grant as text that fits a URL.
func (s Signer) Sign(g Grant) (string, error) {
	body, err := json.Marshal(g)
	if err != nil {
		return "", fmt.Errorf("write a link: %w", err)
	}
	return encode(body) + "." + encode(s.sum(body)), nil
}

// Open reads what Sign wrote.
func (s Signer) Open(token string, now time.Time) (Grant, error) {
	first, second, _ := strings.Cut(token, ".")
	body, bodyErr := base64.RawURLEncoding.Strict().DecodeString(first)
	sum, sumErr := base64.RawURLEncoding.Strict().DecodeString(second)
	if bodyErr != nil || sumErr != nil || !hmac.Equal(sum, s.sum(body)) {
		return Grant{}, ErrForged
	}
	var g Grant
	if err := json.Unmarshal(body, &g); err != nil {
		return Grant{}, ErrForged
	}
	if !now.Before(g.Expires) {
		return g, fmt.Errorf("%w (%s)", ErrExpired, g.Expires.UTC().Format("2006-01-02 15:04 UTC"))
	}
	return g, nil
}

func (s Signer) sum(body []byte) []byte {
	mac := hmac.New(sha256.New, s.secret)
	mac.Write([]byte("holter acknowledge link\x00")) // no other use of the secret makes one
	mac.Write(body)
	return mac.Sum(nil)
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
