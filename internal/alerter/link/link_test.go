package link_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/internal/alerter/link"
)

func TestGrants(t *testing.T) {
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	s := link.NewSigner("0123456789abcdef")
	grant := link.Grant{ID: "i", Patient: "p", Alert: "a", By: "ann", Expires: noon.Add(time.Hour)}
	token, err := s.Sign(grant)
	require.NoError(t, err)
	got, err := s.Open(token, noon)
	require.NoError(t, err)
	require.Equal(t, grant, got)

	_, err = s.Open(token, noon.Add(time.Hour))
	require.ErrorIs(t, err, link.ErrExpired)
	_, err = link.NewSigner("another secret here").Open(token, noon)
	require.ErrorIs(t, err, link.ErrForged)
	for i := range token {
		other := []byte(token)
		other[i] ^= 1
		_, err = s.Open(string(other), noon)
		require.Error(t, err, "character %d", i)
	}
	for _, bad := range []string{"", ".", "a.b", token + "AA", token[:len(token)/2]} {
		_, err = s.Open(bad, noon)
		require.ErrorIs(t, err, link.ErrForged, bad)
	}
}
