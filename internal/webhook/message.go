package webhook

import (
	"encoding/json"
	"fmt"

	"github.com/holterd/holter/internal/alerter/alert"
)

// Version of the message; it grows when a field changes its meaning, not when
// one is added.
const Version = 1

// Message is the body of a notification.
type Message struct {
	Version int         `json:"version"`
	ID      string      `json:"id"`
	Alert   alert.Alert `json:"alert"`
	// Also are other alerts of the patient, told of together with it.
	Also []alert.Alert `json:"also,omitempty"`
	// Person is whom it is for; empty: whoever receives it.
	Person string `json:"person,omitempty"`
	// Title and Text are the message as people get it, times in the zone of Person
	// (UTC without one).
	Title string `json:"title"`
	Text  string `json:"text"`
	// Link acknowledges the alert: a POST there is enough, once.
	Link string `json:"link,omitempty"`
	// Picture is the strip as PNG, in base64; without one, PictureMissing says why,
	// where one could be expected.
	Picture        []byte `json:"picture,omitempty"`
	PictureMissing string `json:"picture_missing,omitempty"`
	// Rhythm is that of the time when the symptom button was pressed, in words.
	Rhythm string `json:"rhythm,omitempty"`
}

// Encode writes the body of a notification, in this version.
func Encode(m Message) ([]byte, error) {
	m.Version = Version
	body, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("write notification %s as JSON: %w", m.ID, err)
	}
	return body, nil
}

// Decode reads a body; one of another version is an error.
func Decode(body []byte) (Message, error) {
	var m Message
	if err := json.Unmarshal(body, &m); err != nil {
		return Message{}, fmt.Errorf("read a notification: %w", err)
	}
	if m.Version != Version || m.ID == "" {
		return Message{}, fmt.Errorf("read a notification: version is %d and id is %q; this program reads version %d with an id", m.Version, m.ID, Version)
	}
	return m, nil
}
