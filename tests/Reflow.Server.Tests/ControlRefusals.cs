using Reflow.Server.Gateway;
using Xunit;
using static Reflow.Server.Tests.ControlPlane;

namespace Reflow.Server.Tests;

/// <summary>Everything that the control plane of flows refuses, by operation, to the letter.</summary>
public class ControlRefusals
{
    const string Versions = "control.flow.definition.", Instances = "control.flow.instance.", Tasks = "control.flow.task.";
    const string Stranger = "operator_user_id: There is no user '{user}'.", Faulty = "{member}: {sentence}";

    public static TheoryData<Refused> WithoutToken =>
    [
        .. Contract.Operations.Where(operation => operation.Served && operation.Tokens.HasFlag(TokenKinds.Admin)).Select(operation => No("there is no token", operation.Name, 401,
            "send the admin token as Authorization: Bearer TOKEN; the server printed it when it started, or was given it as REFLOW_ADMIN_TOKEN",
            _ => Now(new(operation.Method, string.Join('/', operation.Path.Split('/').Select(part => part.StartsWith(':') ? "1" : part)))))),
    ];

    public static TheoryData<Refused> OfAll =>
    [
        No("the token is another one", $"{Instances}list", 401, "this is not the admin token", _ => Now(new("GET", $"{Root}/instances", null, "t-x"))),
        No("the server is no test double", "control.test.clock.get", 403, "this is for a test double only: start the server with --test-double, or REFLOW_TEST_DOUBLE=true", _ => Now(new("GET", "/reflow/v1/clock", null, Admin))),
        No("there is no such tenant", $"{Versions}validate", 404, "There is no tenant {tenant}.", _ => Now(new("POST", "/reflow/v1/tenants/nobody/flows/validate", "{}", Admin))),
        No("the body is no JSON", $"{Versions}deploy", 400, "the body is not JSON: {why}", _ => Send("/flows", "{")),
        No("the body is no UTF-8", $"{Versions}deploy", 400, "the body is not UTF-8", _ => Send("/flows", new byte[] { 0xff })),
        No("the body escapes no text", $"{Versions}deploy", 400, "the body escapes what is no text: half a surrogate pair, or U+0000", _ => Send("/flows", """{"name":"\ud800"}""")),
        No("the body is too large", $"{Versions}deploy", 400, "the body is larger than {bytes} bytes", _ => Send("/flows", new byte[Call.LargestBody + 1])),
        No("a member has another type", $"{Instances}migrate", 400, "Invalid parameter type in json: {path}. Invalid parameter value: {value}. Please check and modify accordingly.", _ => Send("/instances/1/migrate", new { operator_user_id = Legal, version = "two" })),
        No("a page token is made up", $"{Versions}list", 400, Faulty, _ => Read("/flows?page_token=x")),
        No("a status is none", $"{Instances}list", 400, Faulty, _ => Read("/instances?status=done")),
    ];

    public static TheoryData<Refused> OfVersions =>
    [
        No("a node is reached by nothing", $"{Versions}deploy", 400, "{path}: {sentence}", _ => Send("/flows",
            """{"namespace":"travel","name":"trip","api_id":"travel_trip","nodes":[{"key":"start","type":"start"},{"key":"end","type":"end"},{"key":"lost","type":"automatic"}],"edges":[{"from":"start","to":"end"},{"from":"lost","to":"end"}]}""")),
        No("there is no such version", $"{Versions}get", 404, "There is no version {version} of flow {flow} in {namespace}.", _ => Read("/flows/travel/trip/versions/1")),
        No("there is no such version to activate", $"{Versions}activate", 404, "There is no version {version} of flow {flow} in {namespace}.", _ => Send("/flows/travel/trip/versions/1/activate")),
        No("there is no such version to retire", $"{Versions}retire", 404, "There is no version {version} of flow {flow} in {namespace}.", _ => Send("/flows/travel/trip/versions/1/retire")),
        No("the version to activate was retired", $"{Versions}activate", 400, "Version {version} of flow {flow} is retired; deploy its definition again.", async r =>
        {
            await Line(r);
            await Post(r, "/flows/travel/trip/versions/1/retire", "");
            return await Send("/flows/travel/trip/versions/1/activate");
        }),
    ];

    public static TheoryData<Refused> OfInstances =>
    [
        No("the flow is not there", $"{Instances}start", 404, "There is no active version of flow {flow} in {namespace}.", _ => Send("/instances", new { @namespace = "travel", flow = "trip", operator_user_id = "1001" })),
        No("the operator is nobody", $"{Instances}start", 400, Stranger, _ => Send("/instances", new { @namespace = "package_demo__c", flow = "purchase", operator_user_id = "9" })),
        No("the form does not take a value", $"{Instances}start", 400, "Field '{field}' of params is not {type}.", _ => Send("/instances", new { @namespace = "package_demo__c", flow = "purchase", operator_user_id = "1001", @params = new { amount = "much" } })),
        No("the key was used before", $"{Instances}start", 400, "The idempotent_key '{key}' was used before.", async r =>
        {
            var start = new { @namespace = "package_demo__c", flow = "purchase", operator_user_id = "1001", @params = new { amount = 1 }, idempotent_key = "once" };
            await Post(r, "/instances", start);
            return await Send("/instances", start);
        }),
        No("nobody is found for the first node", $"{Instances}start", 400, "Nobody can be asked at '{node}'.", async r =>
        {
            await Bossed(r);
            return await Send("/instances", new { @namespace = "travel", flow = "trip", operator_user_id = "1001" });
        }),
        No("there is no such instance", $"{Instances}get", 404, "There is no instance {instance}.", _ => Read("/instances/1")),
        No("the moment is before the start", $"{Instances}get", 404, "Instance {instance} had not started at {moment}.", async r => await Read($"/instances/{(await Started(r, 1)).Instance}?at=1")),
        No("there is no such instance with a timeline", $"{Instances}timeline", 404, "There is no instance {instance}.", _ => Read("/instances/x/timeline")),
        No("there is no such instance to end", $"{Instances}terminate", 404, "There is no instance {instance}.", _ => Send("/instances/1/terminate", new { operator_user_id = Legal, opinion = "x" })),
        No("whoever ends it is nobody", $"{Instances}terminate", 400, Stranger, async r => await Send($"/instances/{(await Started(r, 1)).Instance}/terminate", new { operator_user_id = "9", opinion = "x" })),
        No("it has ended", $"{Instances}terminate", 400, "The instance has ended.", async r => await Send($"/instances/{await Ended(r)}/terminate", new { operator_user_id = Legal, opinion = "x" })),
        No("there is no such instance to migrate", $"{Instances}migrate", 404, "There is no instance {instance}.", _ => Send("/instances/1/migrate", new { operator_user_id = Legal })),
        No("whoever migrates it is nobody", $"{Instances}migrate", 400, Stranger, async r => await Send($"/instances/{(await Started(r, 1)).Instance}/migrate", new { operator_user_id = "9" })),
        No("no version is active", $"{Instances}migrate", 404, "There is no active version of flow {flow} in {namespace}.", async r =>
        {
            await Line(r);
            var instance = await Trip(r);
            await Post(r, "/flows/travel/trip/versions/1/retire", "");
            return await Send($"/instances/{instance}/migrate", new { operator_user_id = Legal });
        }),
        No("the version is not there", $"{Instances}migrate", 404, "There is no version {version} of flow {flow} in {namespace}.", async r => await Send($"/instances/{(await Started(r, 1)).Instance}/migrate", new { operator_user_id = Legal, version = 99 })),
        No("the version to migrate to is retired", $"{Instances}migrate", 400, "Version {version} of flow {flow} is retired.", async r =>
        {
            await Line(r);
            var instance = await Trip(r);
            await Deploy(r, Ask("other", "\"1002\""), Edges("start-other", "other-end"));
            await Post(r, "/flows/travel/trip/versions/2/retire", "");
            return await Send($"/instances/{instance}/migrate", new { operator_user_id = Legal, version = 2 });
        }),
        No("the instance does not fit the version", $"{Instances}migrate", 400, "{path}: {sentence}", async r =>
        {
            await Line(r);
            var instance = await Trip(r);
            await Deploy(r, Ask("other", "\"1002\""), Edges("start-other", "other-end"));
            return await Send($"/instances/{instance}/migrate", new { operator_user_id = Legal });
        }),
    ];

    public static TheoryData<Refused> OfTasks =>
    [
        No("the operator of a batch is nobody", $"{Tasks}batch_agree", 400, Stranger, _ => Send("/tasks/batch_agree", new { operator_user_id = "9", task_ids = new[] { "1" } })),
        No("whoever rolls a batch back is nobody", $"{Tasks}batch_rollback", 400, Stranger, _ => Send("/tasks/batch_rollback", new { operator_user_id = "9", opinion = "x", items = new[] { new { task_id = "1", to_task_id = "2" } } })),
        .. Each("there is no such task", 404, "There is no task {task}.", _ => Now("1")),
        .. Each("the operator is nobody", 400, Stranger, async r => (await Started(r, 1)).Manager, "9").Where(row => row.Data.Operation != $"{Tasks}rollback_preview"),
        .. Each("the instance has ended", 400, "The instance has ended.", async r => await Ended(r, ofTask: true)),
        .. Each("the task is closed", 400, "Task {task} is closed: {why}.", async r =>
        {
            var (_, task) = await Started(r, 1);
            await Agree(r, task, Manager);
            return task;
        }),
        No("a start is handed over", $"{Tasks}reassign", 400, "The start task is the initiator's own.", async r => await Act("reassign", await Resubmit(r))),
        No("whoever hands over has no part in it", $"{Tasks}reassign", 400, "'{user}' has nothing left to do on task {task}.", async r =>
            await Send($"/tasks/{(await Started(r, 1)).Manager}/reassign", new { operator_user_id = Legal, from_user_ids = new[] { Director }, to_user_ids = new[] { Legal }, opinion = "x" })),
        No("whoever takes over has the task", $"{Tasks}reassign", 400, "'{user}' is an assignee of task {task} already.", async r =>
            await Send($"/tasks/{(await Started(r, 1)).Manager}/reassign", new { operator_user_id = Legal, to_user_ids = new[] { Manager }, opinion = "x" })),
        No("whoever takes over is nobody", $"{Tasks}reassign", 400, "There is no user '{user}'.", async r =>
            await Send($"/tasks/{(await Started(r, 1)).Manager}/reassign", new { operator_user_id = Legal, to_user_ids = new[] { "9" }, opinion = "x" })),
        No("a start is jumped back from", $"{Tasks}jump_back", 400, "Nothing comes before the start task.", async r => await Act("jump_back", await Resubmit(r))),
        No("the target did not lead there", $"{Tasks}jump_back", 400, "Task {to} is not among the rollback points of task {task}.", async r => await Act("jump_back", (await Started(r, 1)).Manager)),
        No("the target of a preview did not lead there", $"{Tasks}rollback_preview", 400, "Task {to} is not among the rollback points of task {task}.", async r => await Act("rollback_preview", (await Started(r, 1)).Manager, Manager)),
        No("nobody is found for the node jumped back to", $"{Tasks}jump_back", 400, "Nobody can be asked at '{node}'.", async r => await BackToNobody(r, "jump_back")),
        No("nobody is found for the node of a preview", $"{Tasks}rollback_preview", 400, "Nobody can be asked at '{node}'.", async r => await BackToNobody(r, "rollback_preview")),
        No("whoever asks for a preview has no part in it", $"{Tasks}rollback_preview", 400, "'{user}' is no assignee of task {task}.", async r => await Act("rollback_preview", (await Started(r, 1)).Manager, Legal)),
        No("whoever asks for a preview has voted", $"{Tasks}rollback_preview", 400, "'{user}' has voted on task {task}.", async r => await Act("rollback_preview", await InOrder(r, agreed: true), Manager)),
        No("whoever asks for a preview comes later", $"{Tasks}rollback_preview", 400, "It is not the turn of '{user}' on task {task}.", async r => await Act("rollback_preview", await InOrder(r), Finance)),
        No("whoever fills in has no part in it", $"{Tasks}submit", 400, "'{user}' is no assignee of task {task}.", async r => await Act("submit", (await Started(r, 1)).Manager, Legal)),
        No("whoever fills in has done so", $"{Tasks}submit", 400, "'{user}' has voted on task {task}.", async r => await Act("submit", await InOrder(r, agreed: true), Manager)),
        No("whoever fills in comes later", $"{Tasks}submit", 400, "It is not the turn of '{user}' on task {task}.", async r => await Act("submit", await InOrder(r), Finance)),
        No("a decision is asked for, no data", $"{Tasks}submit", 400, "Task {task} asks for a decision; the form is filled in on fill and start tasks.", async r => await Act("submit", (await Started(r, 1)).Manager, Manager)),
        No("the form does not take what is filled in", $"{Tasks}submit", 400, "Field '{field}' of params is not {type}.", async r =>
            await Send($"/tasks/{await InOrder(r)}/submit", new { operator_user_id = Manager, @params = new { amount = "much", boss = true } })),
    ];

    [Theory, MemberData(nameof(WithoutToken), DisableDiscoveryEnumeration = true)]
    public async Task Nobody_gets_in_without_the_token(Refused refused) => await Check(refused);

    [Theory, MemberData(nameof(OfAll), DisableDiscoveryEnumeration = true)]
    public async Task Every_operation_refuses(Refused refused) => await Check(refused);

    [Theory, MemberData(nameof(OfVersions), DisableDiscoveryEnumeration = true)]
    public async Task Versions_refuse(Refused refused) => await Check(refused);

    [Theory, MemberData(nameof(OfInstances), DisableDiscoveryEnumeration = true)]
    public async Task Instances_refuse(Refused refused) => await Check(refused);

    [Theory, MemberData(nameof(OfTasks), DisableDiscoveryEnumeration = true)]
    public async Task Tasks_refuse(Refused refused) => await Check(refused);

    static async Task Check(Refused refused)
    {
        await using var reflow = await Start();
        await refused.Check(reflow);
    }

    static TheoryDataRow<Refused> No(string name, string operation, int code, string message, Func<TestReflow, Task<Request>> when) => new(new Refused(name, operation, code, when) { Message = message });

    /// <summary>The same refusal of each operation that does something with one task.</summary>
    static IEnumerable<TheoryDataRow<Refused>> Each(string name, int code, string message, Func<TestReflow, Task<string>> task, string by = Legal) =>
        new[] { "reassign", "jump_back", "rollback_preview", "submit" }.Select(operation => No(name, Tasks + operation, code, message, async r => await Act(operation, await task(r), by)));

    static Task<Request> Act(string operation, string task, string by = Legal, string to = "1") => Send($"/tasks/{task}/{operation}", operation switch
    {
        "reassign" => new { operator_user_id = by, to_user_ids = new[] { Director }, opinion = "x" },
        "jump_back" => new { operator_user_id = by, to_task_id = to, opinion = "x" },
        "rollback_preview" => new { operator_user_id = by, to_task_id = to },
        _ => (object)new { operator_user_id = by, @params = new { } },
    });

    static Task<Request> Send(string path, object? body = null) => Now(new("POST", Root + path, body, Admin));

    static Task<Request> Read(string path) => Now(new("GET", Root + path, null, Admin));

    static Task<T> Now<T>(T value) => Task.FromResult(value);

    static Task<Request> Now(Request request) => Task.FromResult(request);

    static Task Line(TestReflow reflow) => Deploy(reflow, Ask("first", "\"1002\""), Edges("start-first", "first-end"));

    // The first node asks whom the form names; then the form is filled in, and the last node decides.
    static Task Bossed(TestReflow reflow) => Deploy(reflow,
        $$"""{"key":"first","type":"approval","assignees":[{"field":"boss"}],"nobody":"refuse"},{"key":"fill","type":"fill","assignees":[{"users":["1003"]}]},{{Ask("last", "\"1005\"")}}""",
        Edges("start-first", "first-fill", "fill-last", "last-end"), ""","rollback":{"assignees":"resolve"}""");

    static async Task<Request> BackToNobody(TestReflow reflow, string operation)
    {
        await Bossed(reflow);
        var instance = await Trip(reflow, new { boss = Manager });
        await Agree(reflow, await At(reflow, instance, "first"), Manager);
        await Post(reflow, $"/tasks/{await At(reflow, instance, "fill")}/submit", new { operator_user_id = Finance, @params = new { boss = (string?)null } });
        return await Act(operation, await At(reflow, instance, "last"), Legal, await Done(reflow, instance, "first"));
    }

    /// <summary>A fill task on which the manager and then finance act.</summary>
    static async Task<string> InOrder(TestReflow reflow, bool agreed = false)
    {
        await Deploy(reflow, """{"key":"fill","type":"fill","mode":"sequential","assignees":[{"users":["1002","1003"]}]}""", Edges("start-fill", "fill-end"));
        var task = await At(reflow, await Trip(reflow), "fill");
        if (agreed) await Agree(reflow, task, Manager);
        return task;
    }

    /// <summary>A start that waits to be submitted again.</summary>
    static async Task<string> Resubmit(TestReflow reflow)
    {
        var (instance, task) = await Started(reflow, 1);
        await Post(reflow, $"/tasks/{task}/jump_back", new { operator_user_id = Legal, to_task_id = await FirstPoint(reflow, task, Manager), opinion = "x" });
        return await At(reflow, instance, "start");
    }

    /// <summary>An instance that has ended, or its last task.</summary>
    static async Task<string> Ended(TestReflow reflow, bool ofTask = false)
    {
        var (instance, task) = await Started(reflow, 1);
        await Post(reflow, $"/instances/{instance}/terminate", new { operator_user_id = Legal, opinion = "x" });
        return ofTask ? task : instance;
    }
}
