using System.Text.Json;
using Reflow.Core.Projects;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>Review opinions and conclusions of nodes (contracts: project §2.2 <c>finished</c>): each owner's own, and the node's.</summary>
static class Reviews
{
    const int MostNodes = 10;

    public static void Serve(Routes routes, ProjectStore projects)
    {
        routes.Serve("project.finished.batch_query", call => OfNodes(call, projects, Query));
        routes.Serve("project.finished.query_conclusion_option", call => OfNodes(call, projects, Options));
        routes.Serve("project.finished.update", call => Update(call, projects));
    }

    static ValueTask<Reply> Update(Call call, ProjectStore projects)
    {
        var body = call.Body;
        var (path, node, what, reset) = (ItemPath.In(body), body.Word("node_id"), body.Word("operation_type"), body.Flag("reset"));
        // An empty text removes what an absent one keeps.
        var (conclusion, opinion) = (body.Text("finished_conclusion_option_key"), body.Text("opinion"));
        if (body.Fault() is { } fault) return new(fault);
        var wrong = node is null ? ProjectErrors.MissingParam.Because("node_id is needed.")
            : !reset && what is not ("node" or "owner") ? ProjectErrors.InvalidParam("Invalid Param").Because("An operation_type is node or owner.")
            : null;
        return ItemCall.Change(call, projects, path, wrong, node ?? "", new ProjectCommand.Review(ProjectDoor.UserKey(call), call.Now, node ?? "", what is "node", conclusion, opinion, reset));
    }

    static async ValueTask<Reply> OfNodes(Call call, ProjectStore projects, Action<Utf8JsonWriter, WorkItem, List<TemplateNode>> write)
    {
        var path = ItemPath.In(call.Body);
        var ids = call.Body.Says("node_ids") ? call.Body.Texts("node_ids", 10_000) : [];
        if (call.Body.Fault() is { } fault) return fault;
        var wrong = ids.Count is 0 or > MostNodes ? ProjectErrors.InvalidParam("Invalid Param").Because($"node_ids has 1 to {MostNodes} entries.") : null;
        return await ItemCall.Read(call, projects, path, wrong, (_, found) =>
        {
            var nodes = ids.Select(id => found.Flow?.Find(found.Item, id)).OfType<TemplateNode>().ToList();
            return new(nodes.Count < ids.Count ? ProjectErrors.NodeNotInWorkflow : Reply.Data(json => write(json, found.Item, nodes)));
        });
    }

    static void Query(Utf8JsonWriter json, WorkItem item, List<TemplateNode> nodes)
    {
        json.WriteStartObject();
        json.WriteString("project_key"u8, item.ProjectKey);
        json.WriteNumber("work_item_id"u8, item.Id);
        json.WriteStartArray("finished_infos"u8);
        foreach (var conf in nodes)
        {
            var node = item.NodeOf(conf.Key)!;
            json.WriteStartObject();
            json.WriteString("node_id"u8, conf.Key);
            json.WriteString("summary_mode"u8, "independence"u8);
            json.WriteStartObject("opinion"u8);
            json.WriteString("finished_opinion_result"u8, node.Summary?.Opinion ?? "");
            json.WriteObjects("owners_finished_opinion_result"u8, node.Reviews, review =>
            {
                json.WriteString("owner"u8, review.User);
                json.WriteString("finished_opinion_result"u8, review.Opinion);
            });
            json.WriteEndObject();
            json.WriteStartObject("conclusion"u8);
            json.WritePropertyName("finished_conclusion_result"u8);
            Conclusion(json, conf, node.Summary?.Conclusion ?? "");
            json.WriteObjects("owners_finished_conclusion_result"u8, node.Reviews, review =>
            {
                json.WriteString("owner"u8, review.User);
                json.WritePropertyName("finished_conclusion_result"u8);
                Conclusion(json, conf, review.Conclusion);
            });
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    static void Options(Utf8JsonWriter json, WorkItem item, List<TemplateNode> nodes)
    {
        json.WriteStartArray();
        foreach (var conf in nodes)
        {
            json.WriteStartObject();
            json.WriteString("node_id"u8, conf.Key);
            foreach (var whose in (string[])["finished_conclusion_option", "finished_owners_conclusion_option", "finished_overall_conclusion_option"])
            {
                json.WriteStartArray(whose);
                foreach (var conclusion in conf.Conclusions) Conclusion(json, conf, conclusion.Value);
                json.WriteEndArray();
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    static void Conclusion(Utf8JsonWriter json, TemplateNode conf, string key)
    {
        var label = conf.Conclusions.FirstOrDefault(c => c.Value == key)?.Label ?? key;
        json.WriteStartObject();
        json.WriteString("key"u8, key);
        json.WriteString("label"u8, label);
        json.WriteString("origin_label"u8, label);
        json.WriteEndObject();
    }
}
