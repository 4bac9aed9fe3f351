using Xunit;

namespace Reflow.Server.Tests.TestControls;

/// <summary>What the test controls refuse, row by row; what no test double is needed for stands beside it.</summary>
public class TestControlRefusals
{
    const string Test = "control.test.", Tenants = $"{Test}tenant.", Root = "/reflow/v1";

    public static TheoryData<Refused> OfTests =>
    [
        No("the clock would go back", $"{Test}clock.set", 400, "now: the clock stands at {now} and goes back only after a reset, before the next call", async r =>
        {
            await r.Post("/open-apis/task/v1/tasks", new { });
            return To("POST", "/clock/set", new { now = 1 });
        }),
        No("there are as many fault rules as there can be", $"{Test}fault.add", 400, "there are {most} rules already; remove some", async r =>
        {
            for (var rule = 0; rule < Server.Control.Faults.Most; rule++) (await r.Send(To("POST", "/faults", new { operation = "task.*", latency_ms = 1 }))).Ok();
            return To("POST", "/faults", new { operation = "task.*", latency_ms = 1 });
        }),
        No("there is no such fault rule", $"{Test}fault.remove", 404, "There is no fault rule {fault}.", _ => Now("DELETE", "/faults/1")),
        No("the name of the snapshot is none", $"{Test}snapshot.save", 400, "the name of a snapshot has 1 to 64 letters, digits, '.', '_' and '-', and begins with a letter or a digit", _ => Now("POST", "/snapshots/-")),
        No("there is no such snapshot to take away", $"{Test}snapshot.download", 404, "There is no snapshot {name}.", _ => Now("GET", "/snapshots/none/data")),
        No("the name of what is brought is none", $"{Test}snapshot.upload", 400, "the name of a snapshot has 1 to 64 letters, digits, '.', '_' and '-', and begins with a letter or a digit", _ => Now("PUT", "/snapshots/-/data")),
        No("what is brought is no snapshot", $"{Test}snapshot.upload", 400, "this is no snapshot: line {line}: {why}", _ => Now("PUT", "/snapshots/s/data", "{}")),
        No("there is no such snapshot to go back to", $"{Test}snapshot.restore", 404, "There is no snapshot {name}.", _ => Now("POST", "/snapshots/none/restore")),
        No("there is no such snapshot to delete", $"{Test}snapshot.delete", 404, "There is no snapshot {name}.", _ => Now("DELETE", "/snapshots/none")),
        No("the tenant is the workspace's own", $"{Tenants}delete", 404, "No test tenant {tenant} was made, or it has gone. Tenants of the workspace are not deleted.", _ => Now("DELETE", $"/tenants/{Demo.Tenant}")),
        No("what is expected did not come", "control.request.expect", 409, "expected {expected} such calls, and {found} came", _ => Now("POST", "/requests/expect", new { times = 5 })),
        No("the coverage of no family is asked for", "control.coverage.page", 400, "{member}: {sentence}", _ => Task.FromResult(new Request("GET", "/coverage?family=none"))),
        No("the coverage of no family is asked for as JSON", "control.coverage.get", 400, "{member}: {sentence}", _ => Task.FromResult(new Request("GET", "/coverage.json?family=none"))),
        No("the secrets of an export are neither wanted nor not", "control.workspace.export", 400, "{member}: {sentence}", _ => Now("GET", "/workspace/export?secrets=1")),
        No("the workspace has faults", "control.workspace.apply", 400, "{file}:{line}:{column}: {path}: {sentence}", _ => Now("POST", "/workspace/apply", new { tenants = new[] { new { tenant_key = "x" } } })),
    ];

    public static TheoryData<Refused> WithoutLog =>
    [
        .. new[] { ("list", "GET", ""), ("expect", "POST", "/expect"), ("clear", "DELETE", "") }.Select(act =>
            No("requests are not logged", $"control.request.{act.Item1}", 403, "requests are not logged: start the server with --request-log on, or --test-double", _ => Now(act.Item2, $"/requests{act.Item3}"))),
    ];

    [Theory, MemberData(nameof(OfTests), DisableDiscoveryEnumeration = true)]
    public async Task Is_refused_as_the_contract_says_and_changes_nothing(Refused refused)
    {
        await using var desk = await Desk.Start();
        await refused.Check(desk.Reflow);
    }

    [Theory, MemberData(nameof(WithoutLog), DisableDiscoveryEnumeration = true)]
    public async Task Without_a_log_it_is_refused_with_what_would_help(Refused refused)
    {
        await using var desk = await Desk.Start(settings => settings with { RequestLog = false });
        await refused.Check(desk.Reflow);
    }

    static Refused No(string name, string operation, int code, string message, Func<TestReflow, Task<Request>> when) => new(name, operation, code, when) { Message = message };

    static Task<Request> Now(string method, string path, object? body = null) => Task.FromResult(To(method, path, body));

    static Request To(string method, string path, object? body = null) => new(method, $"{Root}{path}", body, Desk.Admin);
}
