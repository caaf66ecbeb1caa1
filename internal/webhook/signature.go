package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// Headers of a notification.
const (
	HeaderID        = "X-Holter-Id"
	HeaderAttempt   = "X-Holter-Attempt"
	HeaderTimestamp = "X-Holter-Timestamp"
	HeaderSignature = "X-Holter-Signature"
)

const scheme = "sha256="

// Sign sets the headers that prove that body was sent now by somebody who
// knows the secret.
func Sign(h http.Header, secret string, now time.Time, body []byte) {
	timestamp := strconv.FormatInt(now.Unix(), 10)
	h.Set(HeaderTimestamp, timestamp)
	h.Set(HeaderSignature, scheme+hex.EncodeToString(mac(secret, timestamp, body)))
}

// Verify checks the signature of body, and that it was made at most tolerance
// before or after now: an older message may be somebody's copy.
func Verify(h http.Header, secret string, now time.Time, tolerance time.Duration, body []byte) error {
	timestamp, signature := h.Get(HeaderTimestamp), h.Get(HeaderSignature)
	if timestamp == "" || signature == "" {
		return fmt.Errorf("the notification is not signed: %s or %s is missing", HeaderTimestamp, HeaderSignature)
	}
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil {
		return fmt.Errorf("%s is not in seconds: %w", HeaderTimestamp, err)
	}
	if len(signature) <= len(scheme) || signature[:len(scheme)] != scheme {
		return fmt.Errorf("%s does not begin with %s", HeaderSignature, scheme)
	}
	given, err := hex.DecodeString(signature[len(scheme):])
	if err != nil {
		return fmt.Errorf("%s is not in hexadecimal: %w", HeaderSignature, err)
	}
	if !hmac.Equal(given, mac(secret, timestamp, body)) {
		return errors.New("the signature is wrong: another secret, or a changed message")
	}
	if age := now.Sub(time.Unix(seconds, 0)); age.Abs() > tolerance {
		return fmt.Errorf("the signature is %v old, more than %v: a copy, or a clock is wrong", age, tolerance)
	}
	return nil
}

func mac(secret, timestamp string, body []byte) []byte {
	m := hmac.New(sha256.New, []byte(secret))
	m.Write([]byte(timestamp))
	m.Write([]byte{'.'})
	m.Write(body)
	return m.Sum(nil)
}
