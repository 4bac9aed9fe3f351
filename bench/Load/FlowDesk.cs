using System.Data.Common;
using System.Text.Json;

namespace Reflow.Bench.Load;

/// <summary>Flows to measure and instances with a history. The measured calls are those of people; what comes next is looked up in the store, so that the server is asked for nothing else.</summary>
sealed class FlowDesk(ServerProcess reflow, string authorization, Func<DbConnection> store)
{
    const string Namespace = "package_bench__c", First = "1002", Second = "1003", Initiator = "1001";
    static readonly string Admin = $"Authorization: Bearer {Workbench.AdminToken}\r\n";

    /// <summary>Deploys a loop of two approvals for each scope of rollback, and a fork of so many branches between two approvals.</summary>
    public async Task Deploy(int branches)
    {
        foreach (var scope in new[] { "previous", "any", "initiator" })
            await Deploy(scope, scope, [Ask("first", First), Ask("second", Second), new { key = "again", type = "exclusive" }],
                [("start", "first", null), ("first", "second", null), ("second", "again", null), ("again", "first", "more"), ("again", "end", null)]);
        var names = Enumerable.Range(1, branches).Select(n => $"branch{n}").ToList();
        await Deploy("fork", "any",
            [Ask("first", First), new { key = "fork", type = "parallel" }, .. names.Select(name => Ask(name, First)), new { key = "join", type = "parallel" }, Ask("second", Second)],
            [("start", "first", null), ("first", "fork", null), .. names.Select(name => ("fork", name, (string?)null)), .. names.Select(name => (name, "join", (string?)null)), ("join", "second", null), ("second", "end", null)]);
    }

    /// <summary>New instances of a flow.</summary>
    public async Task<IReadOnlyList<long>> Start(string flow, int count)
    {
        var instances = new long[count];
        var request = Connection.Request("POST", $"/open-apis/apaas/v1/applications/{Namespace}/flows/{flow}/execute", authorization, $$$"""{"operator":"{\"_id\":{{{Initiator}}}}","params":"{\"more\":true}"}""");
        await Drive.Each(reflow, instances, async (_, client) =>
        {
            using var started = JsonDocument.Parse(await client.Call(request));
            var id = long.Parse(started.RootElement.GetProperty("data").GetProperty("execution_id").GetString()!);
            lock (instances) instances[--count] = id;
        });
        return instances;
    }

    /// <summary>Instances of a loop in which so many steps are finished and hold; the first of the two is asked.</summary>
    public async Task<IReadOnlyList<long>> WithLiveSteps(string flow, int count, int steps)
    {
        var instances = await Start(flow, count);
        await Drive.Each(reflow, instances, async (instance, client) =>
        {
            using var look = new FlowLookup(store());
            for (var step = 0; step < steps; step++) await client.Call(Agree(look.Pending(instance)[0], step % 2 == 0 ? First : Second));
        });
        return instances;
    }

    /// <summary>Agrees and rolls back so often in each instance.</summary>
    public Task Again(IReadOnlyList<long> instances, int pairs) => Drive.Each(reflow, instances, async (instance, client) =>
    {
        using var look = new FlowLookup(store());
        for (var pair = 0; pair < pairs; pair++) await AgreeAndBack(client, look, instance);
    });

    /// <summary>Agrees to everything that is pending, so often.</summary>
    public Task AgreeAll(IReadOnlyList<long> instances, int times) => Drive.Each(reflow, instances, async (instance, client) =>
    {
        using var look = new FlowLookup(store());
        for (var time = 0; time < times; time++)
            foreach (var task in look.Pending(instance)) await client.Call(Agree(task, First));
    });

    /// <summary>Agrees at the first and rolls back from the second, in turn over the instances of each connection.</summary>
    public Func<TimeSpan, Task<Pace>> Pairs(IReadOnlyList<long> instances, int connections) => duration => Drive.Run(reflow, connections, i =>
    {
        var (own, look, next) = (instances.Where((_, n) => n % connections == i).ToList(), new FlowLookup(store()), 0);
        return client => AgreeAndBack(client, look, own[next++ % own.Count]);
    }, duration);

    /// <summary>Agrees at the first in all instances, then rolls back from the second in all of them; nothing is looked up while that is timed.</summary>
    public Func<TimeSpan, Task<Pace>> PairsInWaves(IReadOnlyList<long> instances, int connections) => async duration =>
    {
        using var look = new FlowLookup(store());
        IReadOnlyList<long> Pending() => [.. instances.Select(instance => look.Pending(instance)[0])];
        IReadOnlyList<long> asked = [];
        return await Waves.Run(reflow, connections, duration,
            () => [.. (asked = Pending()).Select(task => Agree(task, First))],
            () => [.. Pending().Zip(asked, RollBack)]);
    };

    /// <summary>Rolls back over the join to one branch and agrees there again.</summary>
    public Func<TimeSpan, Task<Pace>> OverTheJoin(IReadOnlyList<long> instances, int connections) => duration => Drive.Run(reflow, connections, i =>
    {
        var (own, look, next) = (instances.Where((_, n) => n % connections == i).ToList(), new FlowLookup(store()), 0);
        return async client =>
        {
            var instance = own[next++ % own.Count];
            await client.Call(RollBack(look.Pending(instance)[0], look.Done(instance, "branch1")));
            await client.Call(Agree(look.Pending(instance)[0], First));
        };
    }, duration);

    /// <summary>Asks for the rollback points of the second task.</summary>
    public async Task<Func<TimeSpan, Task<Pace>>> Points(string flow, int steps)
    {
        var instances = await WithLiveSteps(flow, Drive.Connections / 16, steps + 1);
        using var look = new FlowLookup(store());
        var requests = instances.Select(instance => Connection.Request("POST", $"/open-apis/apaas/v1/user_tasks/{look.Pending(instance)[0]}/rollback_points", authorization, $$"""{"operator_user_id":"{{Second}}"}""")).ToList();
        return duration => Drive.Run(reflow, connection => [requests[connection % requests.Count]], duration);
    }

    /// <summary>Someone's pending tasks, ten at a time.</summary>
    public static Func<TimeSpan, Task<Pace>> List(ServerProcess reflow, string authorization) => duration => Drive.Run(reflow,
        _ => [Connection.Request("POST", "/open-apis/apaas/v1/user_task/query", authorization, $$"""{"kunlun_user_id":"{{Second}}","type":"pending","source":"assignMe"}""")], duration);

    async ValueTask AgreeAndBack(Client client, FlowLookup look, long instance)
    {
        var first = look.Pending(instance)[0];
        await client.Call(Agree(first, First));
        await client.Call(RollBack(look.Pending(instance)[0], first));
    }

    byte[] Agree(long task, string by) => Connection.Request("POST", $"/open-apis/apaas/v1/approval_tasks/{task}/agree", authorization, $$"""{"user_id":"{{by}}","opinion":"ok"}""");

    byte[] RollBack(long task, long to) => Connection.Request("POST", $"/open-apis/apaas/v1/user_tasks/{task}/rollback", authorization, $$"""{"operator_user_id":"{{Second}}","to_task_id":"{{to}}","opinion":"again"}""");

    static object Ask(string key, string user) => new { key, type = "approval", assignees = new[] { new { users = new[] { user } } } };

    async Task Deploy(string name, string scope, object[] nodes, (string From, string To, string? When)[] edges)
    {
        var definition = new
        {
            @namespace = Namespace,
            name,
            api_id = $"{Namespace}__action_{name}",
            form = new[] { new { key = "more", type = "boolean" } },
            rollback = new { scope },
            nodes = (object[])[new { key = "start", type = "start" }, .. nodes, new { key = "end", type = "end" }],
            edges = edges.Select(edge => edge.When is null ? (object)new { from = edge.From, to = edge.To } : new { from = edge.From, to = edge.To, when = edge.When }),
        };
        using var connection = await Connection.Open(reflow.Address);
        await connection.Send(Connection.Request("POST", $"/reflow/v1/tenants/{Workbench.Tenant}/flows", Admin, JsonSerializer.Serialize(definition)));
    }
}
