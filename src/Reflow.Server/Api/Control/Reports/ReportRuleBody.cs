using System.Text.RegularExpressions;
using Reflow.Core.Reports;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Control.Reports;

/// <summary>A rule as the body of a call. Everything that is wrong with it is noted beside the faults of the body.</summary>
static partial class ReportRuleBody
{
    const int MostUsers = 1000, MostDepartments = 200, MostChats = 200, MostManagers = 100;

    /// <summary>The rule that the body describes.</summary>
    /// <param name="call">The call.</param>
    /// <param name="directory">Whom there is.</param>
    /// <param name="ids">Where the ids of new fields come from.</param>
    /// <param name="known">The rule that is changed; a new one otherwise, with nothing but its id, its maker and its moment.</param>
    /// <param name="everyField">The fields that its form ever had.</param>
    public static ReportRule Read(Call call, ReportDirectory directory, Ids ids, ReportRule known, IReadOnlyList<ReportField> everyField)
    {
        var body = call.Body;
        var to = body.Object("to");
        var owner = body.Text("owner_user_id");
        if (owner is not null && !directory.Has(owner)) body.Violation("owner_user_id", owner, $"There is no user '{owner}'.");
        return known with
        {
            Name = Name(body, "name", body.RequiredText("name")),
            IconName = Name(body, "icon_name", body.Text("icon_name") ?? "", mayBeBlank: true),
            Owner = owner ?? known.Owner,
            Fields = Fields(call, ids, known, everyField),
            Reporters = Audience(body.Object("need_report"), directory),
            Cc = Audience(body.Object("cc"), directory),
            To = new(to.Users("users", directory, MostUsers), [], Chats(to)),
            ToLeaders = Levels(to, "leaders"),
            ToDepartmentOwners = Levels(to, "department_owners"),
            Managers = body.Users("managers", directory, MostManagers),
            Schedule = Schedule(body.Object("schedule"), body.Has("schedule")),
        };
    }

    static string Name(Input body, string name, string text, bool mayBeBlank = false)
    {
        if (body.Has(name) && !mayBeBlank && string.IsNullOrWhiteSpace(text)) body.Violation(name, text, "must not be blank.");
        if (text.Length > ReportForm.LongestName) body.Violation(name, $"{text.Length}", $"must have at most {ReportForm.LongestName} characters.");
        return text;
    }

    static IReadOnlyList<ReportField> Fields(Call call, Ids ids, ReportRule known, IReadOnlyList<ReportField> everyField)
    {
        var fields = call.Body.Objects("fields").Select(field =>
        {
            var (name, word, named) = (field.Text("name") ?? "", field.RequiredText("type"), field.Id("field_id"));
            var type = FieldTypes.Parse(word);
            if (field.Has("type") && type is null) field.Violation("type", word, $"must be one of {string.Join(", ", Enum.GetValues<FieldType>().Select(FieldTypes.Wire))}.");
            var before = named is null
                ? known.Fields.FirstOrDefault(one => one.Name == name && one.Type == type)
                : everyField.FirstOrDefault(one => $"{one.Id}" == named);
            if (named is not null && before is null) field.Violation("field_id", named, "The rule never had a field of this id; leave it out for a new field.");
            else if (before is not null && type is not null && before.Type != type) field.Violation("type", word, $"The field is a {before.Type.Wire()}; another type takes another field.");
            return new ReportField(
                before?.Id ?? ids.Snowflake(call.Now / 1000), name, type ?? default, field.Flag("required"),
                field.Has("options") ? field.Texts("options", int.MaxValue) : null);
        }).ToList();
        call.Body.Note(ReportForm.Faults(fields));
        return fields;
    }

    static Audience Audience(Input audience, ReportDirectory directory)
    {
        var named = audience.Texts("departments", MostDepartments);
        var departments = new List<string>();
        for (var i = 0; i < named.Count; i++)
        {
            if (directory.OpenIdOf(named[i]) is not { } openId) audience.Violation($"departments[{i}]", named[i], $"There is no department '{named[i]}'.");
            else if (departments.Contains(openId)) audience.Violation($"departments[{i}]", named[i], "is there twice.");
            else departments.Add(openId);
        }
        return new(audience.Users("users", directory, MostUsers), departments, Chats(audience));
    }

    static IReadOnlyList<string> Chats(Input body)
    {
        var chats = body.Texts("chats", MostChats);
        for (var i = 0; i < chats.Count; i++)
            if (!ChatId().IsMatch(chats[i])) body.Violation($"chats[{i}]", chats[i], "must be oc_ and at most 64 letters and digits.");
        return chats;
    }

    static IReadOnlyList<int> Levels(Input to, string name)
    {
        var levels = to.Ids(name, Recipients.Levels);
        for (var i = 0; i < levels.Count; i++)
            if (levels[i] is not [>= '0' and <= '5']) to.Violation($"{name}[{i}]", levels[i], "must be 0 (the first level) to 5 (the sixth).");
        return [.. levels.Select(level => level is [var digit] ? digit - '0' : 0).Distinct().Order()];
    }

    static ReportSchedule? Schedule(Input schedule, bool isThere)
    {
        if (!isThere) return null;
        var word = schedule.RequiredText("cycle");
        if (word is "none") return null;
        var cycle = ReportShapes.CycleOf(word);
        if (schedule.Has("cycle") && cycle is null) schedule.Violation("cycle", word, "must be one of none, daily, weekly, monthly.");
        var (opens, closes) = ReportSchedule.Whole(cycle ?? default);
        var read = new ReportSchedule(
            cycle ?? default, schedule.Text("timezone") ?? ReportRules.UsualTimezone,
            Edge(schedule, "window_open", opens), Edge(schedule, "window_close", closes),
            schedule.Flag("allow_late"), (int)Math.Clamp(schedule.Integer("most_per_cycle") ?? 1, 0, int.MaxValue));
        if (cycle is not null) schedule.Note(read.Faults(name => Timezones.Find(name) is not null));
        return read;
    }

    static WindowEdge Edge(Input schedule, string name, WindowEdge otherwise)
    {
        if (!schedule.Has(name)) return otherwise;
        var edge = schedule.Object(name);
        var time = edge.Text("time");
        var minute = time is null ? 0 : WindowEdge.MinuteOf(time);
        if (minute is null) edge.Violation("time", time!, "must be a time of day such as 18:30.");
        return new((int)Math.Clamp(edge.Integer("day") ?? 1, 0, int.MaxValue), minute ?? 0);
    }

    [GeneratedRegex("^oc_[0-9a-zA-Z]{1,64}$")]
    private static partial Regex ChatId();
}
