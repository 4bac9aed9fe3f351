using Xunit;

namespace Reflow.Core.Tests;

public class DecisionTests
{
    [Fact]
    public void An_error_converts_to_a_decision_without_events()
    {
        Decision<int> refused = new Error(7, 400, "no").Because("it is closed");
        Assert.Empty(refused.Events);
        Assert.Equal(new Error(7, 400, "no") { Reason = "it is closed" }, refused.Error);
    }

    [Fact]
    public void Events_keep_their_order()
    {
        Decision<int> allowed = [3, 1, 2];
        Assert.Null(allowed.Error);
        Assert.Equal([3, 1, 2], allowed.Events);
    }
}
