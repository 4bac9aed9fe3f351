using System.Globalization;
using System.Text.Json;
using Reflow.Server.Tests.Projects;

namespace Reflow.Server.Tests.Survival;

/// <summary>One thing that a caller begins, takes forward and takes back again. Each step that happens is one row of its history.</summary>
sealed class Piece(Kind kind, string name)
{
    public Kind Kind => kind;

    /// <summary>It is found by this, also when the answer that told its id was lost.</summary>
    public string Name => name;

    /// <summary>As the wire names it; empty until an answer told.</summary>
    public string Id { get; set; } = "";

    /// <summary>How many of its steps were answered, or were seen to have happened: the first begins it, the second takes it forward.</summary>
    public int Steps { get; set; }

    /// <summary>Whether the next step takes it forward.</summary>
    public bool GoesForward => Steps % 2 == 1;

    public override string ToString() => $"{kind.Word} {name} ({Id}) after {Steps} steps";
}

/// <summary>What a call knows of whom it works for.</summary>
/// <param name="People">The ids by which the demo app knows three members.</param>
/// <param name="Home">The caller's own task: comments stand at it.</param>
sealed record Scene(string[] People, string Home)
{
    /// <summary>One for each of so many callers.</summary>
    public static async Task<IReadOnlyList<Scene>> Of(TestReflow reflow, int callers)
    {
        string[] people = [await reflow.OpenId("1001"), await reflow.OpenId("1002"), await reflow.OpenId("1003")];
        var scenes = new List<Scene>();
        for (var caller = 0; caller < callers; caller++)
            scenes.Add(new(people, (await reflow.Post("/open-apis/task/v1/tasks", new
            {
                summary = $"survive home {caller}.0.",
                origin = new { platform_i18n_name = "{}" },
                collaborator_ids = people[..2],
            })).Ok().Data.GetProperty("task").GetProperty("id").GetString()!));
        return scenes;
    }
}

/// <summary>A kind of work: how it begins, goes forward, goes back, and where it is.</summary>
/// <param name="Word">Its name.</param>
/// <param name="History">What its history is filed under.</param>
/// <param name="Most">How many a caller has at the same time.</param>
abstract record Kind(string Word, string History, int Most)
{
    /// <summary>The code of the refusal that says that this key was used; 0 where the same answer comes again, null where there are no keys.</summary>
    public virtual int? UsedKey => null;

    /// <summary>Whether that refusal means that it is there: a key may also be noted for a call that was then lost.</summary>
    public virtual bool UsedMeansThere => false;

    public abstract Task<Answer> Begin(ReflowProcess reflow, Scene scene, string name);

    public abstract string IdOf(JsonElement data);

    public abstract Task<Answer> Forward(ReflowProcess reflow, Scene scene, Piece piece);

    public abstract Task<Answer> Back(ReflowProcess reflow, Scene scene, Piece piece);

    public abstract Task<bool> IsForward(ReflowProcess reflow, Scene scene, Piece piece);

    public static readonly IReadOnlyList<Kind> All = [new OfTask(), new OfFollower(), new OfComment(), new OfInstance(), new OfItem(), new OfReport()];

    const string Tasks = "/open-apis/task/v1/tasks", Reports = $"/reflow/v1/tenants/{Demo.Tenant}/reports";

    /// <summary>A task that is completed and taken back.</summary>
    sealed record OfTask() : Kind("task", "task", 8)
    {
        public override Task<Answer> Begin(ReflowProcess reflow, Scene scene, string name) => Create(reflow, scene, name);

        public override string IdOf(JsonElement data) => data.GetProperty("task").GetProperty("id").GetString()!;

        public override Task<Answer> Forward(ReflowProcess reflow, Scene scene, Piece piece) => reflow.Post($"{Tasks}/{piece.Id}/complete");

        public override Task<Answer> Back(ReflowProcess reflow, Scene scene, Piece piece) => reflow.Post($"{Tasks}/{piece.Id}/uncomplete");

        public override async Task<bool> IsForward(ReflowProcess reflow, Scene scene, Piece piece) =>
            (await reflow.Get($"{Tasks}/{piece.Id}")).Ok().Data.GetProperty("task").GetProperty("complete_time").GetString() != "0";
    }

    /// <summary>A task that gets a third person to follow it, who goes again.</summary>
    sealed record OfFollower() : Kind("follower", "task", 4)
    {
        public override Task<Answer> Begin(ReflowProcess reflow, Scene scene, string name) => Create(reflow, scene, name);

        public override string IdOf(JsonElement data) => data.GetProperty("task").GetProperty("id").GetString()!;

        public override Task<Answer> Forward(ReflowProcess reflow, Scene scene, Piece piece) => reflow.Post($"{Tasks}/{piece.Id}/followers", new { id_list = scene.People[2..] });

        public override Task<Answer> Back(ReflowProcess reflow, Scene scene, Piece piece) => reflow.Post($"{Tasks}/{piece.Id}/batch_delete_follower", new { id_list = scene.People[2..] });

        public override async Task<bool> IsForward(ReflowProcess reflow, Scene scene, Piece piece) =>
            (await reflow.Get($"{Tasks}/{piece.Id}/followers")).Ok().Data.GetProperty("items").GetArrayLength() > 0;
    }

    /// <summary>A comment that says one thing and then another.</summary>
    sealed record OfComment() : Kind("comment", "task_comment", 4)
    {
        public override Task<Answer> Begin(ReflowProcess reflow, Scene scene, string name) => reflow.Post($"{Tasks}/{scene.Home}/comments", new { content = $"{name} back" });

        public override string IdOf(JsonElement data) => data.GetProperty("comment").GetProperty("id").GetString()!;

        public override Task<Answer> Forward(ReflowProcess reflow, Scene scene, Piece piece) => reflow.Put($"{Tasks}/{scene.Home}/comments/{piece.Id}", new { content = $"{piece.Name} forward" });

        public override Task<Answer> Back(ReflowProcess reflow, Scene scene, Piece piece) => reflow.Put($"{Tasks}/{scene.Home}/comments/{piece.Id}", new { content = $"{piece.Name} back" });

        public override async Task<bool> IsForward(ReflowProcess reflow, Scene scene, Piece piece) =>
            Says(piece, (await reflow.Get($"{Tasks}/{scene.Home}/comments/{piece.Id}")).Ok().Data.GetProperty("comment").GetProperty("content").GetString()!);
    }

    /// <summary>A purchase that its manager agrees to and that comes back from finance, with the fork behind the manager.</summary>
    sealed record OfInstance() : Kind("instance", "instance", 2)
    {
        public override int? UsedKey => 2320001;

        public override bool UsedMeansThere => true;

        public override Task<Answer> Begin(ReflowProcess reflow, Scene scene, string name) => reflow.Post("/open-apis/apaas/v1/applications/package_demo__c/flows/purchase/execute", new
        {
            @operator = """{"_id":1001}""",
            @params = $$"""{"amount":1,"reason":"{{name}}"}""",
            idempotent_key = name,
        });

        public override string IdOf(JsonElement data) => data.GetProperty("execution_id").GetString()!;

        public override async Task<Answer> Forward(ReflowProcess reflow, Scene scene, Piece piece) =>
            await reflow.Post($"/open-apis/apaas/v1/approval_tasks/{await Waiting(reflow, piece, "1002")}/agree", new { user_id = "1002" });

        public override async Task<Answer> Back(ReflowProcess reflow, Scene scene, Piece piece)
        {
            var task = $"/open-apis/apaas/v1/user_tasks/{await Waiting(reflow, piece, "1003")}";
            var points = (await reflow.Post($"{task}/rollback_points", new { operator_user_id = "1003" })).Ok().Data.GetProperty("tasks");
            return await reflow.Post($"{task}/rollback", new { operator_user_id = "1003", to_task_id = points[1].GetProperty("id").GetString(), opinion = "again" });
        }

        static async Task<string> Waiting(ReflowProcess reflow, Piece piece, string who) => await Pending(reflow, piece.Id, who) ?? throw new Xunit.Sdk.XunitException($"{piece} does not wait for {who}");

        public override async Task<bool> IsForward(ReflowProcess reflow, Scene scene, Piece piece) =>
            (await Pending(reflow, piece.Id, "1002"), await Pending(reflow, piece.Id, "1003"), await Pending(reflow, piece.Id, "1005")) switch
            {
                ({ }, null, null) => false,
                (null, { }, { }) => true,
                var half => throw new Xunit.Sdk.XunitException($"instance {piece.Id} waits for {half}"),
            };
    }

    /// <summary>A story whose first node is confirmed and rolled back.</summary>
    sealed record OfItem() : Kind("item", "item", 4)
    {
        public override int? UsedKey => 10430;

        public override Task<Answer> Begin(ReflowProcess reflow, Scene scene, string name) =>
            reflow.Post("/open_api/demo/work_item/create", new { work_item_type_key = "story", template_id = 100001, name }, ("X-IDEM-UUID", name));

        public override string IdOf(JsonElement data) => data.GetInt64().ToString(CultureInfo.InvariantCulture);

        public override Task<Answer> Forward(ReflowProcess reflow, Scene scene, Piece piece) => reflow.Post(Doing(piece), DemoSpace.Whole);

        public override Task<Answer> Back(ReflowProcess reflow, Scene scene, Piece piece) => reflow.Post(Doing(piece), new { action = "rollback", rollback_reason = "again" });

        static string Doing(Piece piece) => $"/open_api/demo/workflow/story/{piece.Id}/node/doing/operate";

        public override async Task<bool> IsForward(ReflowProcess reflow, Scene scene, Piece piece)
        {
            var nodes = (await reflow.Post($"/open_api/demo/work_item/story/{piece.Id}/workflow/query", new { })).Ok().Data.GetProperty("workflow_nodes").EnumerateArray()
                .ToDictionary(node => node.GetProperty("state_key").GetString()!, node => node.GetProperty("status").GetInt32());
            return (nodes["doing"], nodes["test"], nodes["docs"]) switch
            {
                (2, 1, 1) => false,
                (3, 2, 2) => true,
                var half => throw new Xunit.Sdk.XunitException($"item {piece.Id} is at {half}"),
            };
        }
    }

    /// <summary>A report that is submitted and then changed.</summary>
    sealed record OfReport() : Kind("report", "report", 4)
    {
        public override int? UsedKey => 0;

        public override Task<Answer> Begin(ReflowProcess reflow, Scene scene, string name) => reflow.Control(HttpMethod.Post, Reports, new
        {
            operator_user_id = "initiator",
            rule_id = "7591675959233997056",
            client_token = name,
            contents = new { 今日工作 = $"{name} back" },
        });

        public override string IdOf(JsonElement data) => data.GetProperty("report_id").GetString()!;

        public override Task<Answer> Forward(ReflowProcess reflow, Scene scene, Piece piece) => Say(reflow, piece, "forward");

        public override Task<Answer> Back(ReflowProcess reflow, Scene scene, Piece piece) => Say(reflow, piece, "back");

        static Task<Answer> Say(ReflowProcess reflow, Piece piece, string what) =>
            reflow.Control(HttpMethod.Put, $"{Reports}/{piece.Id}", new { operator_user_id = "initiator", contents = new { 今日工作 = $"{piece.Name} {what}" } });

        public override async Task<bool> IsForward(ReflowProcess reflow, Scene scene, Piece piece) =>
            (await reflow.Control(HttpMethod.Get, $"{Reports}/{piece.Id}", null)).Ok().Data.GetRawText() is var text && Says(piece, text.Contains($"{piece.Name} forward", StringComparison.Ordinal) ? $"{piece.Name} forward" : $"{piece.Name} back");
    }

    static Task<Answer> Create(ReflowProcess reflow, Scene scene, string name) => reflow.Post(Tasks, new
    {
        summary = name,
        origin = new { platform_i18n_name = "{}" },
        collaborator_ids = scene.People[..2],
    });

    static bool Says(Piece piece, string content) => content == $"{piece.Name} forward" || (content == $"{piece.Name} back" ? false : throw new Xunit.Sdk.XunitException($"{piece} says {content}"));

    /// <summary>The task of an instance that waits for a person; null when none does.</summary>
    public static async Task<string?> Pending(ReflowProcess reflow, string instance, string who)
    {
        for (var offset = 0; ; offset += 50)
        {
            var data = (await reflow.Post("/open-apis/apaas/v1/user_task/query", new { type = "pending", source = "assignMe", limit = "50", offset = $"{offset}", kunlun_user_id = who })).Ok().Data;
            foreach (var task in data.GetProperty("tasks").EnumerateArray())
                if (task.GetProperty("workflow_instance").GetProperty("id").GetString() == instance) return task.GetProperty("task_id").GetString();
            if (data.GetProperty("tasks").GetArrayLength() < 50) return null;
        }
    }
}
