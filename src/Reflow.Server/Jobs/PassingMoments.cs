using Reflow.Server.Store;

namespace Reflow.Server.Jobs;

/// <summary>
/// What changes because time passes, and nobody has to do anything for it: tokens that expire, windows of reports that open and close. Told to whoever moves a test double's clock past it.
/// </summary>
/// <param name="db">The store.</param>
sealed class PassingMoments(Db db)
{
    /// <summary>More of one rule or tenant are not told: a daily rule reaches so many in three years.</summary>
    const int Most = 2000;

    /// <summary>What passes in a time, in order.</summary>
    /// <param name="after">Unix ms; what is at this moment is past.</param>
    /// <param name="until">Unix ms; what is at this moment belongs to it.</param>
    /// <param name="ct">Gives up.</param>
    public Task<List<FiredWork>> Between(long after, long until, CancellationToken ct) => db.ReadSystem(async system =>
    {
        var passed = new List<FiredWork>();
        foreach (var tenant in await system.Query("select tenant from tenant order by tenant", r => r.GetString(0)))
        {
            var session = system.For(tenant);
            passed.AddRange(await session.Query(
                "select issuer, expires_at from token where tenant = $1 and expires_at > $2 and expires_at <= $3 and revoked = 0 order by expires_at, hash limit $4",
                r => new FiredWork(r.GetInt64(1), "token.expire", tenant, r.GetString(0)), after, until, Most));
            foreach (var rule in await ReportRules.List(session, withDeleted: false, 0, int.MaxValue - 1))
                passed.AddRange(rule.Schedule?.Windows(after, until, ReportRules.ZoneOf(rule)).Take(Most)
                    .Select(window => new FiredWork(window.At, window.Opens ? "report.window_open" : "report.window_close", tenant, $"{rule.Id}")) ?? []);
        }
        return passed;
    }, ct);
}
