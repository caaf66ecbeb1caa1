package demo

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/internal/alerter/rule"
)

func TestTheDemonstrationsRulesAreTheBuiltInOnesAndOneMore(t *testing.T) {
	path, err := writeRules(t.TempDir())
	require.NoError(t, err)
	own, err := rule.Load(path)
	require.NoError(t, err)
	builtIn, err := rule.Load("")
	require.NoError(t, err)
	require.Len(t, own.Rules, len(builtIn.Rules)+1)
	require.Equal(t, "demonstration", own.Rules[len(own.Rules)-1].Name)
}
