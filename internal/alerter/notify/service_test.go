package notify

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/nicholas-fedor/shoutrrr/pkg/types"
	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/internal/alerter/alert"
)

// files is a service that takes files, as Discord's does.
type files struct {
	types.Service
	items []types.MessageItem
	text  string
}

func (f *files) SendItems(items []types.MessageItem, _ *types.Params) error {
	f.items = items
	return nil
}

func (f *files) Send(text string, _ *types.Params) error {
	f.text = text
	return nil
}

func TestDeliverToServicesThatTakeFiles(t *testing.T) {
	f := &files{}
	require.NoError(t, deliver(f, "discord", "text", types.Params{}, []byte("png")))
	require.Equal(t, []types.MessageItem{{Text: "text", File: &types.File{Name: "strip.png", Data: []byte("png")}}}, f.items)
	require.NoError(t, deliver(f, "discord", "text", types.Params{}, nil))
	require.Equal(t, "text", f.text)
	discord, err := locate("discord://token@123456789")
	require.NoError(t, err)
	require.Implements(t, (*itemSender)(nil), discord)
	slack, err := locate("generic://slack.example/x")
	require.NoError(t, err)
	require.False(t, showsPictures(slack, "generic"))
}

func TestSignalHasThePicture(t *testing.T) {
	var got struct {
		Message     string   `json:"message"`
		Attachments []string `json:"base64_attachments"`
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := json.NewDecoder(r.Body).Decode(&got); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.WriteHeader(http.StatusCreated)
		_, _ = w.Write([]byte(`{"timestamp":"1"}`))
	}))
	defer server.Close()
	n, scheme, err := NewService("signal://" + server.Listener.Addr().String() + "/+4930123456/+4930654321?disabletls=yes")
	require.NoError(t, err)
	require.Equal(t, "signal", scheme)
	m := of(alert.Alert{Patient: "p1", Title: "Run", Message: "Three in a row.", Priority: alert.High, State: alert.Triggered})
	m.Picture = []byte("png")
	_, err = n.Notify(t.Context(), m)
	require.NoError(t, err)
	require.Contains(t, got.Message, "Three in a row.")
	require.Equal(t, []string{base64.StdEncoding.EncodeToString([]byte("png"))}, got.Attachments)
}
