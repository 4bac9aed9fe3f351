using FsCheck;
using FsCheck.Fluent;
using Reflow.Core.Reports;
using Xunit;

namespace Reflow.Core.Tests.Reports;

public class ReportWindowTests
{
    [Fact]
    public void Both_ends_are_inside() => Prop.ForAll(ArbMap.Default.ArbFor<NonNegativeInt>(), ArbMap.Default.ArbFor<uint>(), (second, low) =>
    {
        long at = second.Get, id = at << 32 | low;
        return Holds(new(at, at), id) && Holds(new(at - 1, at), id) && Holds(new(at, at + 1), id)
            && !Holds(new(at + 1, at + 9), id) && !Holds(new(at - 9, at - 1), id) && !Holds(new(at + 1, at - 1), id);
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(long.MinValue, long.MaxValue, true)]
    [InlineData(0, long.MaxValue, true)]
    [InlineData(long.MinValue, -1, false)]
    [InlineData(int.MaxValue, int.MaxValue, true)]
    [InlineData((long)int.MaxValue + 1, long.MaxValue, false)]
    [InlineData(long.MaxValue, long.MinValue, false)]
    public void Bounds_that_no_report_can_have_are_no_trouble(long first, long last, bool holdsTheLastSecond) =>
        Assert.Equal(holdsTheLastSecond, Holds(new(first, last), (long)int.MaxValue << 32 | 7));

    static bool Holds(ReportWindow window, long id) => window.FirstId <= id && id <= window.LastId;
}
